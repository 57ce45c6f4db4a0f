//! `POST /api/v1/account/change_password` and `save`, `POST /v2/customer/account/up-userinfo`.

use serde_json::{Value, json};

use crate::support::{Reply, START, Service, rageframe_refusal};

const SAVE: &str = "/api/v1/account/save";
const UP_USERINFO: &str = "/v2/customer/account/up-userinfo";

async fn is_live(service: &Service, token: &str) -> bool {
    let reply = service.get("/api/v1/account/current").bearer(token).await;
    !reply.body["customer"].is_null()
}

async fn change_password(service: &Service, token: &str, body: Value) -> Reply {
    let request = service.post("/api/v1/account/change_password");
    request.cookie(token).json(body).await
}

#[tokio::test]
async fn a_changed_password_ends_every_session_at_once() {
    let service = Service::start().await;
    let browser = service.register("yhsduser").await;
    let fields = [("account", "yhsduser"), ("password", "123456")];
    let other = service
        .post("/api/v1/account/login")
        .form(&fields)
        .await
        .cookie();
    let other = other.expect("a cookie");
    let app = service.login("yhsduser", "app").await;
    let old_member = service.items("member#", "member").await;

    let body = json!({
        "password_old": "123456", "password": "654321", "password_again": "654321",
    });
    let reply = change_password(&service, &browser, body).await;
    assert_eq!(reply.body, json!({"code": 200, "message": ""}));
    assert_eq!(
        reply.cookie().as_deref(),
        Some(""),
        "the cookie is taken back"
    );

    let access = app["access_token"].as_str().expect("a token");
    for token in [browser.as_str(), &other, access] {
        assert!(!is_live(&service, token).await);
    }
    let refresh = app["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "app")];
    let reply = service.post("/v1/site/refresh").form(&fields).await;
    assert_eq!(reply.body, rageframe_refusal(401, "找不到用户", START));

    let login = |password| {
        let fields = [("account", "yhsduser"), ("password", password)];
        service.post("/api/v1/account/login").form(&fields)
    };
    assert_eq!(login("123456").await.body["message"], "账号或密码不正确");
    assert_eq!(login("654321").await.body["code"], 200);
    let member = service.items("member#", "member").await;
    let marker = service.items("login#", "login").await;
    assert_ne!(member[0]["password"], old_member[0]["password"]);
    assert_eq!(member[0]["password"], marker[0]["password"]);
    assert_eq!(member[0]["generation"], 1);
    assert_eq!(marker[0]["generation"], 1);
}

#[tokio::test]
async fn a_refused_change_of_password_changes_nothing() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    for (body, message) in [
        (json!({}), "当前密码不能为空"),
        (json!({"password_old": {}}), "当前密码格式不正确"),
        (json!({"password_old": "123456"}), "密码不能为空"),
        (
            json!({"password_old": "123456", "password": "12345"}),
            "密码长度须为6-255个字符",
        ),
        (
            json!({"password_old": "123456", "password": "654321", "password_again": "x"}),
            "两次输入的密码不一致",
        ),
        (
            json!({"password_old": "wrong", "password": "654321", "password_again": "654321"}),
            "当前密码不正确",
        ),
    ] {
        let reply = change_password(&service, &token, body).await;
        assert_eq!(reply.body, json!({"code": 201, "message": message}));
    }
    assert!(is_live(&service, &token).await);
    let fields = [("account", "yhsduser"), ("password", "123456")];
    let login = service.post("/api/v1/account/login").form(&fields).await;
    assert_eq!(login.body["code"], 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_changes_of_a_password_one_counts() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let requests: Vec<_> = (0..8)
        .map(|number| {
            let new = format!("new password {number}");
            let body = json!({
                "password_old": "123456", "password": new, "password_again": new,
            });
            let request = service
                .post("/api/v1/account/change_password")
                .cookie(&token);
            tokio::spawn(IntoFuture::into_future(request.json(body)))
        })
        .collect();
    let mut changed = Vec::new();
    for (number, request) in requests.into_iter().enumerate() {
        if request.await.expect("an answer").body["code"] == 200 {
            changed.push(number);
        }
    }
    assert_eq!(changed.len(), 1, "{changed:?}");
    let password = format!("new password {}", changed[0]);
    let fields = [("account", "yhsduser"), ("password", password.as_str())];
    let login = service
        .post("/api/v1/account/login")
        .form(&fields)
        .from("192.0.2.2")
        .await;
    assert_eq!(login.body["code"], 200);
    assert_eq!(service.items("member#", "member").await[0]["generation"], 1);
}

#[tokio::test]
async fn save_changes_what_is_sent_and_nothing_else() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let reply = service
        .post(SAVE)
        .cookie(&token)
        .form(&[
            ("notify_email", "user@youhaosuda.com"),
            ("notify_phone", "13824402932"),
            ("real_name", "王小明"),
            ("sex", "male"),
            ("birthday", "1926-08-17"),
            ("indentity_card", "11010519491231002x"),
            ("name", "老王"),
            (
                "meta_fields",
                r#"{"name":"尺码","description":"","fields":{"a":1},"x":2}"#,
            ),
        ])
        .await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    let saved = reply.body["customer"].clone();
    for (key, value) in [
        ("notify_email", json!("user@youhaosuda.com")),
        ("notify_phone", json!("13824402932")),
        ("real_name", json!("王小明")),
        ("sex", json!("male")),
        ("birthday", json!("1926-08-17")),
        ("indentity_card", json!("11010519491231002X")),
        ("name", json!("老王")),
        (
            "metas",
            json!({"name": "尺码", "description": "", "fields": {"a": 1}}),
        ),
        ("uname", json!("yhsduser")),
    ] {
        assert_eq!(saved[key], value, "{key}");
    }

    let reply = service
        .post(SAVE)
        .cookie(&token)
        .form(&[("sex", "female"), ("birthday", "")]);
    let mut expected = saved;
    expected["sex"] = json!("female");
    expected["birthday"] = Value::Null;
    let answer = json!({"code": 200, "message": "", "customer": expected});
    assert_eq!(reply.await.body, answer);
    let current = service.get("/api/v1/account/current").cookie(&token).await;
    assert_eq!(current.body, answer);
}

#[tokio::test]
async fn save_refuses_a_bad_value_and_changes_nothing() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let before = service.dump().await;
    let long = "长".repeat(51);
    let heavy = json!({"fields": ["x".repeat(5_000)]}).to_string();
    for (field, value, message) in [
        ("notify_email", "user", "邮箱格式不正确"),
        ("notify_phone", "12345678901", "手机号码格式不正确"),
        ("real_name", long.as_str(), "真实姓名格式不正确"),
        ("sex", "男", "性别格式不正确"),
        ("birthday", "1926-8-17", "生日格式不正确"),
        ("birthday", "1926-02-30", "生日格式不正确"),
        ("birthday", "2030-06-15", "生日格式不正确"),
        ("birthday", "yesterday", "生日格式不正确"),
        (
            "indentity_card",
            "110105194912310021",
            "身份证号码格式不正确",
        ),
        ("name", long.as_str(), "昵称格式不正确"),
        ("meta_fields", "[]", "附加信息格式不正确"),
        ("meta_fields", "{", "附加信息格式不正确"),
        ("meta_fields", r#"{"name":1}"#, "附加信息格式不正确"),
        ("meta_fields", heavy.as_str(), "附加信息格式不正确"),
    ] {
        let request = service.post(SAVE).cookie(&token);
        let reply = request
            .form(&[("name", "老王"), ("sex", "male"), (field, value)])
            .await;
        if field != "name" && field != "sex" {
            assert_eq!(
                reply.body,
                json!({"code": 201, "message": message}),
                "{field} {value:.20}"
            );
        }
        let reply = service
            .post(SAVE)
            .cookie(&token)
            .form(&[(field, value)])
            .await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": message}),
            "{field} {value:.20}"
        );
    }
    let reply = service
        .post(SAVE)
        .cookie(&token)
        .json(json!({"meta_fields": {"name": "x"}}));
    assert_eq!(reply.await.body["message"], "附加信息格式不正确");
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn up_userinfo_saves_rotates_and_shows_the_member() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let old = service.login("yhsduser", "miniProgram").await;
    let access = old["access_token"].as_str().expect("a token");
    service.advance(7);
    let reply = service
        .post(UP_USERINFO)
        .header("x-api-key", access)
        .form(&[
            ("nickname", "简言"),
            ("head_portrait", "https://cdn.example/头像.png"),
            ("realname", "王小明"),
        ])
        .await;
    let data = &reply.body["data"];
    let (id, now) = (&old["member"]["id"], START + 7);
    assert_eq!(
        reply.body,
        json!({
            "code": 200,
            "message": "OK",
            "data": {
                "refresh_token": data["refresh_token"],
                "access_token": data["access_token"],
                "expiration_time": 172_800,
                "member": {
                    "id": id,
                    "merchant_id": 0,
                    "username": "yhsduser",
                    "type": 1,
                    "nickname": "简言",
                    "realname": "王小明",
                    "head_portrait": "https://cdn.example/头像.png",
                    "current_level": 1,
                    "gender": 0,
                    "qq": "",
                    "email": "",
                    "birthday": null,
                    "visit_count": 3,
                    "home_phone": "",
                    "mobile": "",
                    "role": 10,
                    "last_time": now,
                    "last_ip": "192.0.2.1",
                    "province_id": 0,
                    "city_id": 0,
                    "area_id": 0,
                    "pid": 0,
                    "level": 1,
                    "tree": "tr_0 ",
                    "promo_code": "",
                    "status": 1,
                    "created_at": START,
                    "updated_at": now,
                    "append": START,
                    "updated": now,
                    "account": {
                        "id": id,
                        "merchant_id": 0,
                        "member_id": id,
                        "level": -1,
                        "user_money": "0.00",
                        "accumulate_money": "0.00",
                        "give_money": "0.00",
                        "consume_money": "0.00",
                        "frozen_money": "0.00",
                        "user_integral": 0,
                        "accumulate_integral": 0,
                        "give_integral": 0,
                        "consume_integral": "0.00",
                        "frozen_integral": 0,
                        "status": 1,
                    },
                },
            },
            "timestamp": now,
        })
    );
    assert!(!is_live(&service, access).await, "the old tokens die");
    // An answer that got lost is given again by a refresh.
    let refresh = old["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "miniProgram")];
    let again = service.post("/v1/site/refresh").form(&fields).await;
    assert_eq!(again.body["data"]["access_token"], data["access_token"]);
    assert_eq!(again.body["data"]["refresh_token"], data["refresh_token"]);
    assert_eq!(again.body["data"]["member"]["visit_count"], 3);
    assert!(is_live(&service, data["access_token"].as_str().expect("a token")).await);
}

#[tokio::test]
async fn up_userinfo_refuses_the_first_bad_value_and_changes_nothing() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let access = session["access_token"].as_str().expect("a token");
    let before = service.dump().await;
    let long = "长".repeat(51);
    let far = format!("https://cdn.example/{}", "x".repeat(500));
    for (body, message) in [
        (json!({}), "昵称不能为空。"),
        (json!({"nickname": "  "}), "昵称不能为空。"),
        (
            json!({"nickname": [], "realname": "x"}),
            "昵称必须是一条字符串。",
        ),
        (json!({"nickname": long}), "昵称只能包含至多50个字符。"),
        (
            json!({"nickname": "x", "head_portrait": far}),
            "头像只能包含至多500个字符。",
        ),
        (
            json!({"nickname": "x", "head_portrait": "cdn"}),
            "头像不是一条有效的URL。",
        ),
        (
            json!({"nickname": "x", "head_portrait": "javascript:alert(1)"}),
            "头像不是一条有效的URL。",
        ),
        (
            json!({"nickname": "x", "realname": long}),
            "真实姓名只能包含至多50个字符。",
        ),
    ] {
        let reply = service.post(UP_USERINFO).bearer(access).json(body).await;
        assert_eq!(reply.body, rageframe_refusal(422, message, START));
    }
    assert_eq!(service.dump().await, before);
    assert!(is_live(&service, access).await);
}

#[tokio::test]
async fn what_is_not_sent_stays_and_what_is_sent_empty_goes() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let save = |body: Value| service.post(UP_USERINFO).cookie(&token).json(body);
    let portrait = "https://cdn.example/a.png";
    let body = json!({"nickname": "简言", "head_portrait": portrait, "realname": "王小明"});
    assert_eq!(save(body).await.body["code"], 200);
    let reply = save(json!({"nickname": "老王", "realname": ""})).await;
    let member = &reply.body["data"]["member"];
    assert_eq!(member["nickname"], "老王");
    assert_eq!(member["head_portrait"], portrait);
    assert_eq!(member["realname"], Value::Null);
    // A browser's session has nothing to rotate: it goes on with the token it has.
    assert_eq!(reply.body["data"]["access_token"], token.as_str());
    assert_eq!(reply.body["data"]["refresh_token"], "");
}
