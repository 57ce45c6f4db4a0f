"""The first deployment, with the template's defaults: every endpoint through gateway, function, role and table."""

import json
import re

import pytest
from botocore.credentials import Credentials

COOKIE = "_homeland_shop_customer_session="
NAME, PASSWORD, CHANGED = "deployed", "geheim1", "geheim2"
MOBILE, MAIL = "13912345678", "deployed@shop.example"


@pytest.fixture(scope="module")
def member(stack):
    """A member who registered, with the cookie of that session."""
    form = {"account": NAME, "password": PASSWORD, "password_again": PASSWORD}
    answer = stack.post("/api/v1/account/register_with_user_name", json_body=form)
    assert answer.code() == 200, answer.body
    cookies = answer.headers.get_all("Set-Cookie")
    assert len(cookies) == 1 and cookies[0].startswith(COOKIE)
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookies[0].split("; "))
    return {"id": answer.json["customer"]["id"], "cookie": answer.cookie()}


def own(stack, cookie):
    """Headers of a page on the service's own host, in the session of that cookie."""
    return {"Cookie": cookie, "Origin": f"https://{stack.host}"}


def test_all_of_it_is_there(stack):
    assert stack.describe()["StackStatus"] == "CREATE_COMPLETE"
    assert {"Key": "application", "Value": "huiyuan"} in stack.describe()["Tags"]
    for output in ("Endpoint", "TableName", "OperatorRoutes", "DashboardUrl"):
        assert stack.output(output)
    assert stack.output("DomainTarget") is None


def test_the_table_is_protected_and_can_be_brought_back(stack):
    database, name = stack.client("dynamodb"), stack.output("TableName")
    table = database.describe_table(TableName=name)["Table"]
    assert table["DeletionProtectionEnabled"]
    assert len(table["LocalSecondaryIndexes"]) == 2
    assert "SSEDescription" not in table
    backups = database.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = database.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_nobody_is_logged_in(stack):
    answer = stack.get("/api/v1/account/current")
    assert (answer.status, answer.json) == (200, {"code": 200, "message": "", "customer": None})


def test_a_member_of_youhaosudas_family(stack, member):
    current = stack.get("/api/v1/account/current", headers={"Cookie": member["cookie"]})
    assert current.json["customer"]["id"] == member["id"]
    form = {"real_name": "张三", "birthday": "1990-01-02"}
    saved = stack.post("/api/v1/account/save", form, headers=own(stack, member["cookie"]))
    assert saved.json["customer"]["real_name"] == "张三"
    foreign = {"Cookie": member["cookie"], "Origin": "https://evil.example"}
    assert stack.post("/api/v1/account/save", {"real_name": "x"}, headers=foreign).code() in (201, 212)


def test_a_member_of_rageframes_family(stack, member):
    login = stack.post("/v1/site/login", {"username": NAME, "password": PASSWORD, "group": "app"})
    assert login.code() == 200
    tokens = login.json["data"]
    for path in ("/v1/site/refresh", "/v2/customer/account/refresh"):
        renewed = stack.post(path, {"refresh_token": tokens["refresh_token"], "group": "app"})
        assert renewed.code() == 200
        tokens = renewed.json["data"]
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    updated = stack.post("/v2/customer/account/up-userinfo", {"nickname": "会员"}, headers=bearer)
    assert updated.code() == 200
    token = updated.json["data"]["access_token"]
    assert stack.post(f"/v2/customer/account/logout?access-token={token}").code() == 200
    ended = stack.post("/v2/customer/account/up-userinfo", {"nickname": "x"}, headers={"X-Api-Key": token})
    assert ended.code() == 401


def test_a_wrong_password(stack, member):
    wrong = {"username": NAME, "password": "wrong-one", "group": "app"}
    answer = stack.post("/v1/site/login", wrong)
    assert (answer.status, answer.code(), answer.json["message"]) == (200, 422, "账号或者密码错误")


def test_another_password_ends_all_sessions(stack, member):
    form = {"password_old": PASSWORD, "password": CHANGED, "password_again": CHANGED}
    headers = own(stack, member["cookie"])
    assert stack.post("/api/v1/account/change_password", form, headers=headers).code() == 200
    ended = stack.get("/api/v1/account/current", headers={"Cookie": member["cookie"]})
    assert ended.json["customer"] is None
    login = stack.post("/api/v1/account/login", {"account": NAME.upper(), "password": CHANGED})
    assert login.code() == 200
    member["cookie"] = login.cookie()


def test_the_operators_routes_are_for_signed_callers_with_the_policy(stack, member):
    path = f"/admin/members/{member['id']}/points"
    welcome = {"key": "first", "point": "100", "desc": "welcome"}
    policy = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": stack.output("OperatorRoutes")}
    operator, nobody = user(stack, "operator", policy), user(stack, "nobody", None)
    impostor = Credentials(operator.access_key, "wrong" * 8)

    assert stack.post(path, welcome).status == 403
    assert stack.post(path, welcome, headers={"Authorization": "Bearer x"}).status in (403, 404)
    assert stack.post(path, welcome, signer=nobody).status == 403
    assert stack.post(path, welcome, signer=impostor).status == 403

    for _ in range(2):  # The same key counts once.
        assert stack.post(path, welcome, signer=operator).code() == 200
    spent = {"key": "second", "point": "-30", "desc": "spent"}
    assert stack.post(path, spent, signer=operator).code() == 200
    page = stack.get(f"{path}?size=5", signer=operator)
    assert page.json["paging"]["items"] == 2


def user(stack, name, statement):
    """A user with a key of their own and what `statement` allows."""
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    if statement:
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="operator", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def test_points_as_the_member_sees_them(stack, member):
    path, headers = "/api/v1/account/reward_point_details", {"Cookie": member["cookie"]}
    page = stack.get(f"{path}?size=10", headers=headers)
    assert page.json["reward_point_total"] == 70
    assert len(stack.post(path, {"nopage": "Y"}, headers=headers).json["reward_point_details"]) == 2
    assert stack.post(path, {"last_three_month": "true"}, headers=headers).code() == 200


def test_a_captcha_is_a_picture_through_the_gateway(stack):
    assert stack.get("/captcha?callback=cb").body.startswith(b"cb(")
    picture = stack.get("/captcha" + stack.get("/captcha").json["path"])
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.body.startswith(b"\x89PNG\r\n\x1a\n")


def test_a_member_registers_by_a_code_sent_by_sms(stack):
    assert stack.post("/api/v1/account/check_regist_mobile", {"mobile": MOBILE}).code() == 200
    assert stack.post("/api/v1/account/send_regist_validate_sms", {"mobile": MOBILE}).code() == 200
    text, = stack.messages(MOBILE)
    form = {
        "account": MOBILE,
        "password": PASSWORD,
        "password_again": PASSWORD,
        "verify_code": re.search(r"\d{6}", text)[0],
    }
    registered = stack.post("/api/v1/account/register_with_mobile", form)
    assert registered.json["customer"]["mobile"] == MOBILE
    assert stack.post("/api/v1/account/check_reset_mobile", {"mobile": MOBILE}).code() == 200
    again = stack.post("/api/v1/account/send_reset_validate_sms", {"mobile": MOBILE})
    assert again.code() in (201, 214)
    assert len(stack.messages(MOBILE)) == 1
    wrong = form | {"verify_code": "000000"}
    assert stack.post("/api/v1/account/reset_password_with_mobile", wrong).code() == 201


def test_without_a_sender_no_mail_is_sent(stack):
    form = {"account": MAIL, "password": PASSWORD, "password_again": PASSWORD}
    assert stack.post("/api/v1/account/register_with_email", form).code() == 200
    assert stack.post("/api/v1/account/reset_password_with_email", {"email": MAIL}).code() == 200
    assert stack.mails(MAIL) == []


def test_what_is_defined_nowhere_is_the_gateways_404(stack):
    for path in ("/v1/site/login", "/nowhere"):
        answer = stack.get(path)
        assert (answer.status, answer.json) == (404, {"message": "Not Found"})


def test_a_body_beyond_64_kib_is_refused_in_the_familys_words(stack):
    answer = stack.post("/v1/site/login", "x" * 70_000)
    assert (answer.status, answer.code()) == (200, 422)


LOGS = ("SiteAuthLog", "CustomerAccountLog", "RegistrationLog", "PointsLog", "GatewayLog")


@pytest.mark.parametrize("log", LOGS)
def test_each_log_has_lines_without_faults_and_secrets(stack, log):
    lines = stack.lines(log)
    assert lines
    for line in lines:
        text = json.dumps(line, ensure_ascii=False)
        assert "fault" not in line, text
        for secret in (PASSWORD, CHANGED, MOBILE, MAIL, NAME, "access-token"):
            assert secret not in text


def test_a_request_is_found_in_both_logs(stack):
    line = stack.lines("GatewayLog")[-1]
    assert line.keys() == {"request_id", "route", "status", "milliseconds", "error"}


def test_metrics_are_counted_and_no_alarm_rings(stack):
    counted = stack.client("cloudwatch").list_metrics(Namespace="Huiyuan")["Metrics"]
    names = {metric["MetricName"] for metric in counted}
    assert {"requests", "logins_good", "logins_bad", "codes_sent", "read_units", "write_units"} <= names
    ringing = [name for name, state in stack.alarms().items() if state == "ALARM"]
    assert ringing == [] or ringing == ["SlowLoginsAlarm"]  # This machine may be busy.
