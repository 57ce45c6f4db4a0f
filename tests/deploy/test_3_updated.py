"""What is done to a running stack: other parameters, other keys, releases that fail, a domain."""

import json
import re
import threading
import time
import urllib.parse

import pytest
from botocore.exceptions import ClientError

from stack import Failed

ORIGINS = ("https://shop.example", "https://www.shop.example")
MAIL = "updated@shop.example"
HEADERS = "authorization,content-type,x-api-key,device-id"


def live(stack, function="SiteAuth"):
    """The configuration that requests meet: the one behind the alias."""
    name = stack.resources()[function]
    return stack.client("lambda").get_function_configuration(FunctionName=name, Qualifier="live")


def variables(stack, function="SiteAuth"):
    return live(stack, function)["Environment"]["Variables"]


def test_another_parameter_goes_live_with_another_release_alone(stack):
    before = live(stack)["Version"]
    stack.update("AccessSeconds=3600", release=False)
    assert stack.parameter("AccessSeconds") == "3600"
    assert live(stack)["Version"] == before
    assert variables(stack)["HUIYUAN_ACCESS_SECONDS"] == "172800"

    stack.update("AccessSeconds=3600", "Rollout=AllAtOnce")
    assert live(stack)["Version"] != before
    assert variables(stack)["HUIYUAN_ACCESS_SECONDS"] == "3600"


@pytest.fixture(scope="module")
def told(stack):
    """A topic for alarms, and a queue that hears what is sent to it; the stack with it and all that a shop sets."""
    topic = stack.client("sns").create_topic(Name="alarms")["TopicArn"]
    queues = stack.client("sqs")
    queue = queues.create_queue(QueueName="alarms")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    stack.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    # The identity is the domain above the sender's.
    stack.client("sesv2").create_email_identity(EmailIdentity="shop.example")
    stack.update(
        *("PublicUrl=https://members.shop.example", f"Origins={','.join(ORIGINS)}", f"AlarmTopic={topic}"),
        *("MailFrom=no-reply@mail.shop.example", "Captcha=never", "SmsDollars=50", "TableUnitsPerSecond=100"),
    )
    return queue


def test_configured_origins_may_call_and_others_may_not(stack, told):
    for origin in (*ORIGINS, "https://evil.example"):
        preflight = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": HEADERS,
        }
        allowed = stack.call("OPTIONS", "/api/v1/account/login", headers=preflight).headers
        if origin not in ORIGINS:
            assert allowed["Access-Control-Allow-Origin"] is None
            continue
        assert allowed["Access-Control-Allow-Origin"] == origin
        assert allowed["Access-Control-Allow-Credentials"] == "true"
        assert {"GET", "POST", "PUT", "DELETE"} <= set(allowed["Access-Control-Allow-Methods"].split(","))
        assert set(HEADERS.split(",")) <= set(allowed["Access-Control-Allow-Headers"].split(","))


def test_a_mail_leads_to_another_password(stack, told):
    form = {"account": MAIL, "password": "geheim1", "password_again": "geheim1"}
    assert stack.post("/api/v1/account/register_with_email", form).code() == 200
    assert stack.post("/api/v1/account/reset_password_with_email", {"email": MAIL}).code() == 200
    mail, = stack.mails(MAIL)
    assert "no-reply@mail.shop.example" in mail
    link = urllib.parse.urlsplit(re.search(r"https://members\.shop\.example/reset_password\?[^\s\"\\<]+", mail)[0])
    page = stack.get(f"{link.path}?{link.query}")
    assert page.status == 200
    fields = dict(re.findall(r'name="([a-z_]+)"[^>]*value="([^"]*)"', page.body.decode()))
    form = dict(urllib.parse.parse_qsl(link.query)) | fields | {"password": "geheim2", "password_again": "geheim2"}
    headers = {"Origin": "https://members.shop.example"}
    assert stack.post(link.path, form, headers=headers).status == 200
    assert stack.post("/api/v1/account/login", {"account": MAIL, "password": "geheim2"}).code() == 200


def test_the_bound_and_the_alarm_that_are_asked_for_are_there(stack, told):
    table = stack.client("dynamodb").describe_table(TableName=stack.output("TableName"))["Table"]
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 100}
    assert "SmsDollarsAlarm" in stack.alarms()


def test_other_keys_replace_both_secrets(stack, told):
    def keys():
        given = variables(stack, "Registration")
        return {given["HUIYUAN_CODE_KEY"], given["HUIYUAN_CAPTCHA_KEY"]}

    service_key = variables(stack)["HUIYUAN_SERVICE_KEY"]
    before = keys()
    assert all(re.fullmatch(r"[0-9a-f]{64}", key) for key in (*before, service_key))
    stack.update("KeyGeneration=2")
    assert not keys() & before
    assert variables(stack)["HUIYUAN_SERVICE_KEY"] == service_key
    names = [secret["Name"] for secret in stack.client("secretsmanager").list_secrets()["SecretList"]]
    replaced = [name for name in names if name.startswith(stack.name)]
    assert len(names) == 3 and len(replaced) == 2 and all("-2-" in name for name in replaced)


BROKEN = """  Broken:
    Type: AWS::CloudWatch::Alarm
    DependsOn: [SiteAuthAliaslive, PointsAliaslive, Api]
    Properties:
      Metrics: [{ Id: a, Expression: SUM(METRICS()) }, { Id: b, Expression: SUM(METRICS()) }]
      ComparisonOperator: GreaterThanThreshold
      Threshold: 1
      EvaluationPeriods: 1
"""


# The requests that are served before a bad release comes.
BEFORE = 40


def replacing(old, new):
    def alter(text):
        assert old in text
        return text.replace(old, new)

    return alter


def test_an_update_that_fails_is_rolled_back(stack):
    at = "  Dashboard:\n    Type: AWS::CloudWatch::Dashboard\n"
    before = live(stack)["Version"]
    with pytest.raises(Failed):
        stack.update("Groups=app,web", alter=replacing(at, BROKEN + at))
    assert stack.describe()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "one element of the metrics list" in reasons(stack)
    assert stack.parameter("Groups") == "app,wechat,miniProgram"
    assert live(stack)["Version"] == before
    assert variables(stack)["HUIYUAN_GROUPS"] == "app,wechat,miniProgram"
    assert stack.get("/api/v1/account/current").code() == 200


def test_a_release_that_cannot_start_is_taken_back_while_most_requests_are_served(stack):
    before = live(stack, "CustomerAccount")["Version"]
    deadline = "HUIYUAN_DEADLINE_MILLISECONDS: '{}'"
    statuses, ended = [], threading.Event()

    def visit():
        while not ended.is_set():
            statuses.append(stack.get("/api/v1/account/current").status)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        while len(statuses) < BEFORE:
            time.sleep(0.01)
        with pytest.raises(Failed):
            bad = replacing(deadline.format(14000), deadline.format(1))
            stack.update("Rollout=Linear10PercentEvery1Minute", alter=bad)
    finally:
        ended.set()
        visitor.join()
    assert stack.describe()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "CodeDeploy stopped" in reasons(stack)
    assert live(stack, "CustomerAccount")["Version"] == before
    failed = [status for status in statuses if status >= 500]
    assert 0 < len(failed) < BEFORE / 4, statuses
    assert stack.get("/api/v1/account/current").code() == 200


def reasons(stack):
    events = stack.client("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
    return " ".join(event.get("ResourceStatusReason", "") for event in events)


def test_a_role_that_lacks_an_action_is_a_fault_that_rings(stack, told):
    iam, role = stack.client("iam"), stack.resources()["SiteAuthRole"]
    named = {"RoleName": role, "PolicyName": "site-auth"}
    policy = iam.get_role_policy(**named)["PolicyDocument"]
    fewer = json.loads(json.dumps(policy).replace('"dynamodb:UpdateItem"', '"dynamodb:DescribeTable"'))
    login = {"username": "nobody", "password": "geheim1", "group": "app"}
    iam.put_role_policy(**named, PolicyDocument=json.dumps(fewer))
    try:
        answer = stack.post("/v1/site/login", login)
        assert (answer.status, answer.code()) == (200, 500)
        assert stack.alarms()["FaultsAlarm"] == "ALARM"
        fault = stack.lines("SiteAuthLog")[-1]["fault"]
        assert "AccessDeniedException" in fault
    finally:
        iam.put_role_policy(**named, PolicyDocument=json.dumps(policy))
    assert stack.post("/v1/site/login", login).code() == 422
    heard = stack.client("sqs").receive_message(QueueUrl=told, MaxNumberOfMessages=10, WaitTimeSeconds=5)
    assert any("FaultsAlarm" in message["Body"] for message in heard["Messages"])


def test_a_domain_is_the_only_way_in(stack):
    request = {"DomainName": "members.shop.example", "ValidationMethod": "DNS"}
    certificate = stack.client("acm").request_certificate(**request)["CertificateArn"]
    with pytest.raises(ClientError, match="A Domain needs its CertificateArn"):
        stack.update("Domain=members.shop.example")
    stack.update("Domain=members.shop.example", f"CertificateArn={certificate}")
    assert stack.output("Endpoint") == "https://members.shop.example"
    assert stack.output("DomainTarget") and stack.output("DomainTargetZone")
    assert variables(stack, "Registration")["HUIYUAN_PUBLIC_URL"] == "https://members.shop.example"
    assert stack.get("/api/v1/account/current", host="members.shop.example").code() == 200
    assert stack.get("/api/v1/account/current").status == 404

    stack.update("Domain=", "CertificateArn=")
    assert stack.get("/api/v1/account/current").code() == 200
    assert stack.output("DomainTarget") is None
