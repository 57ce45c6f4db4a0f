//! `POST /v1/site/login` and `POST /api/v1/account/login`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::domain::identifier::IdentifierKey;

use crate::support::{START, Service, customer, rageframe_refusal};

const RAGEFRAME: &str = "/v1/site/login";
const YOUHAOSUDA: &str = "/api/v1/account/login";

#[tokio::test]
async fn a_rageframe_login_gives_tokens_and_the_member_and_counts_a_visit() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    service.advance(5);
    let login = service.log_in_to("app", "YHSDuser", "123456");
    let reply = login.from("198.51.100.7").await;
    assert_eq!(reply.status, 200);
    let data = &reply.body["data"];
    let now = START + 5;
    for token in ["refresh_token", "access_token"] {
        let text = data[token].as_str().expect("a token");
        assert_eq!(text.split_at(32).1, format!("_{now}"), "{text}");
    }
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
                    "id": data["member"]["id"],
                    "username": "yhsduser",
                    "type": 1,
                    "nickname": "yhsduser",
                    "realname": null,
                    "head_portrait": null,
                    "sex": 0,
                    "qq": null,
                    "email": null,
                    "birthday": null,
                    "user_money": "0.00",
                    "accumulate_money": "0.00",
                    "frozen_money": "0.00",
                    "user_integral": 0,
                    "address_id": "0",
                    "visit_count": 2,
                    "home_phone": null,
                    "mobile": null,
                    "role": 10,
                    "last_time": now,
                    "last_ip": "198.51.100.7",
                    "provinces": 0,
                    "city": 0,
                    "area": 0,
                    "allowance": 2,
                    "allowance_updated_at": now,
                    "status": 10,
                    "append": START,
                    "updated": now,
                },
            },
            "timestamp": now,
        })
    );
    let id = data["member"]["id"].as_u64().expect("a number");
    assert!(id < 1 << 53);
}

#[tokio::test]
async fn a_youhaosuda_login_gives_the_customer_and_a_cookie() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let reply = service.log_in(" yhsduser ", "123456").await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.body,
        json!({
            "code": 200,
            "message": "",
            "account": "yhsduser",
            "customer": customer(&reply.body["customer"]["id"], "yhsduser"),
        })
    );
    let token = reply.cookie().expect("a cookie");
    assert_eq!(
        reply.headers["set-cookie"],
        format!(
            "_homeland_shop_customer_session={token}; HttpOnly; SameSite=Lax; Secure; Path=/; \
             Max-Age=1209600"
        )
    );
    assert_eq!(token.split_at(32).1, format!("_{START}"));
}

#[tokio::test]
async fn rageframe_refuses_the_first_bad_parameter_in_the_documented_order() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let before = service.dump().await;
    for (body, message) in [
        (json!({}), "登录帐号不能为空。"),
        (json!({"username": " ", "group": "?"}), "登录帐号不能为空。"),
        (json!({"username": ["a"]}), "登录帐号必须是一条字符串。"),
        (
            json!({"username": "yhsduser", "group": "?"}),
            "登录密码不能为空。",
        ),
        (
            json!({"username": "yhsduser", "password": ""}),
            "登录密码不能为空。",
        ),
        (
            json!({"username": "yhsduser", "password": 123_456}),
            "组别不能为空。",
        ),
        (
            json!({"username": "yhsduser", "password": "wrong", "group": "web"}),
            "组别是无效的。",
        ),
    ] {
        let reply = service.post(RAGEFRAME).json(body).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body, rageframe_refusal(422, message, START));
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn rageframe_reads_no_parameter_from_the_query() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let query = "?username=yhsduser&password=123456&group=app";
    let reply = service.post(&format!("{RAGEFRAME}{query}")).await;
    assert_eq!(
        reply.body,
        rageframe_refusal(422, "登录帐号不能为空。", START)
    );
}

#[tokio::test]
async fn youhaosuda_reads_from_the_query_what_the_body_lacks() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let reply = service
        .post(&format!("{YOUHAOSUDA}?account=yhsduser&password=123456"))
        .await;
    assert_eq!(reply.body["code"], 200);
    let reply = service
        .post(&format!("{YOUHAOSUDA}?account=nobody&password=123456"))
        .form(&[("account", "yhsduser")])
        .await;
    assert_eq!(reply.body["code"], 200, "the body comes first");
}

#[tokio::test]
async fn youhaosuda_names_the_field_of_a_bad_parameter() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let before = service.dump().await;
    for (body, message) in [
        (json!({}), "用户名不能为空"),
        (
            json!({"account": "", "password": "123456"}),
            "用户名不能为空",
        ),
        (json!({"account": {"a": 1}}), "用户名格式不正确"),
        (json!({"account": "yhsduser"}), "密码不能为空"),
        (
            json!({"account": "yhsduser", "password": [1]}),
            "密码格式不正确",
        ),
    ] {
        let reply = service.post(YOUHAOSUDA).json(body).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body, json!({"code": 201, "message": message}));
        assert_eq!(reply.cookie(), None);
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn an_unknown_account_and_a_wrong_password_are_not_told_apart() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let mut spent = Vec::new();
    for account in [
        "yhsduser",
        "nobody",
        "no such name",
        "13800138000",
        &"长".repeat(5_000),
    ] {
        let reply = service.log_in_to("app", account, "wrong").await;
        assert_eq!(
            reply.body,
            rageframe_refusal(422, "账号或者密码错误", START)
        );
        spent.push(service.spent());
        let reply = service.log_in(account, "wrong").await;
        let refusal = json!({"code": 201, "message": "账号或密码不正确", "attempts_left": 8});
        assert_eq!(reply.body, refusal);
        assert_eq!(reply.cookie(), None);
    }
    assert!(spent.iter().all(|one| *one == spent[0]), "{spent:?}");
    assert_eq!(service.items("member#", "session#").await.len(), 1);
}

#[tokio::test]
async fn form_json_and_multipart_say_the_same() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let fields = [
        ("username", "yhsduser"),
        ("password", "123456"),
        ("group", "app"),
    ];
    let json = json!({"username": "yhsduser", "password": 123_456, "group": "app", "more": [{}]});
    for request in [
        service.post(RAGEFRAME).form(&fields),
        service.post(RAGEFRAME).multipart(&fields),
        service.post(RAGEFRAME).json(json),
    ] {
        assert_eq!(request.await.body["code"], 200);
    }
}

#[tokio::test]
async fn a_name_with_a_part_of_an_account_is_a_fault_and_not_nobodys() {
    let service = Service::start().await;
    for part in ["member", "generation"] {
        let name = format!("user{part}");
        service.register(&name).await;
        let record = service.key().login(&IdentifierKey::typed(&name));
        let forget = service.client().update_item().table_name(service.table());
        let forget = forget
            .key("pk", AttributeValue::S(record.partition().to_owned()))
            .key("sk", AttributeValue::S("login".to_owned()))
            .update_expression("REMOVE #part")
            .expression_attribute_names("#part", part);
        forget.send().await.expect("the login record is there");
        let fields = [("account", &*name), ("password", "123456")];
        let reply = service.post(YOUHAOSUDA).form(&fields).await;
        assert_eq!(reply.body["code"], 500, "{part}: {}", reply.body);
        let fault = service.last_line().fault.expect("it is said");
        let said = "an item of kind login cannot be decoded: only a part of an account";
        assert_eq!(fault, said);
    }
}

#[tokio::test]
async fn an_item_that_nobody_reads_is_not_asked_for() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    service.take_sent();
    service.login("yhsduser", "app").await;
    let sent = service.take_sent().into_iter();
    let updates = sent.filter(|sent| sent.operation == "UpdateItem");
    let asked: BTreeMap<_, _> = updates
        .map(|sent| {
            let update = sent.body["UpdateExpression"].as_str().expect("a text");
            (
                update.split(' ').take(2).collect::<Vec<_>>().join(" "),
                (
                    sent.body["ReturnValues"].clone(),
                    sent.body["ReturnValuesOnConditionCheckFailure"].clone(),
                ),
            )
        })
        .collect();
    let both = || (json!("ALL_NEW"), json!("ALL_OLD"));
    let expected = [
        ("ADD #accounts", both()),
        ("REMOVE #account", (Value::Null, Value::Null)),
        ("SET #updated_at", both()),
    ];
    let expected = expected.map(|(update, asked)| (update.to_owned(), asked));
    assert_eq!(asked, BTreeMap::from(expected));
}
