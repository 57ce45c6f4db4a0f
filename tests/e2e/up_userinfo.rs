//! `POST /v2/customer/account/up-userinfo`.

use serde_json::{Value, json};

use crate::support::{START, Service, rageframe_refusal};

const UP_USERINFO: &str = "/v2/customer/account/up-userinfo";

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
    assert!(!service.is_live(access).await, "the old tokens die");
    // An answer that got lost is given again by a refresh.
    let refresh = old["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "miniProgram")];
    let again = service.post("/v1/site/refresh").form(&fields).await;
    assert_eq!(again.body["data"]["access_token"], data["access_token"]);
    assert_eq!(again.body["data"]["refresh_token"], data["refresh_token"]);
    assert_eq!(again.body["data"]["member"]["visit_count"], 3);
    assert!(
        service
            .is_live(data["access_token"].as_str().expect("a token"))
            .await
    );
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
        (json!({"nickname": "\u{200b}"}), "昵称是无效的。"),
        (json!({"nickname": "\u{3164}"}), "昵称是无效的。"),
        (json!({"nickname": "a\u{202e}b"}), "昵称是无效的。"),
        (json!({"nickname": "a\0b"}), "昵称是无效的。"),
        (
            json!({"nickname": "a", "realname": "\u{ffa0}"}),
            "真实姓名是无效的。",
        ),
        (
            json!({"nickname": "a", "head_portrait": "https://a.b/\u{202e}"}),
            "头像不是一条有效的URL。",
        ),
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
            json!({"nickname": "x", "head_portrait": "http:example.com"}),
            "头像不是一条有效的URL。",
        ),
        (
            json!({"nickname": "x", "head_portrait": "https://a/\"><script>"}),
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
    assert!(service.is_live(access).await);
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
    // A browser's session has nothing to rotate: it goes on with the cookie it has, whose value a
    // page's script must not learn.
    assert_eq!(reply.body["data"]["access_token"], "");
    assert_eq!(reply.body["data"]["refresh_token"], "");
    let shown = String::from_utf8_lossy(&reply.bytes).into_owned();
    assert!(!shown.contains(&token[..32]), "{shown}");
    assert_eq!(reply.cookie(), None);
    assert!(service.is_live(&token).await);
}
