//! `POST /api/v1/account/reset_password_with_mobile`.

use std::{future::IntoFuture, sync::Arc};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::domain::{
    actor::Actor,
    identifier::{Email, Mobile, Username},
    member::{Member, MemberId},
    password::{self, Password},
};

use crate::support::{
    ADDRESS, Service,
    mobile::{RESET_SMS, but_counted, wrong},
};

const MOBILE: &str = "13800138000";

#[tokio::test]
async fn a_code_sets_a_new_password_and_ends_every_session() {
    let service = Service::start().await;
    let browser = service.member_with_mobile(MOBILE).await;
    let group = service.login(MOBILE, "app").await;
    let code = service.code(RESET_SMS, MOBILE).await;
    let reply = service.reset_mobile(MOBILE, &code).await;
    assert_eq!(reply.body, json!({"code": 200, "message": ""}));
    let usage = service.spent();
    assert!(usage.trips <= 3, "{usage:?}");
    assert!(usage.read_units <= 1.0, "{usage:?}");
    assert!(usage.write_units <= 9.0, "{usage:?}");

    for token in [&browser, group["access_token"].as_str().expect("a token")] {
        let current = service.get("/api/v1/account/current").bearer(token).await;
        assert_eq!(current.body["customer"], json!(null));
    }
    assert!(!service.logs_in(MOBILE, "123456").await);
    assert!(service.logs_in(MOBILE, "654321").await);
    let reply = service.reset_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["message"], "验证码已失效，请重新获取");
    assert_eq!(service.messages().await, 2);
}

#[tokio::test]
async fn a_member_with_other_names_logs_in_by_each_with_the_new_password() {
    let service = Service::start().await;
    let app = &service.app;
    let hash = password::hash(Password::attempt("123456"), &app.random).await;
    let id = MemberId::random(&app.random);
    let name: Username = "yhsduser".parse().expect("a name");
    let email: Email = "zoe@example.com".parse().expect("an address");
    let mobile: Mobile = MOBILE.parse().expect("a number");
    let identifiers = [name.into(), email.into(), mobile.into()];
    let hash = hash.expect("a hash");
    let member = Member::new(id, &identifiers, Some(hash), app.clock.now(), Actor::Import);
    service.import(&member).await;

    let code = service.code(RESET_SMS, MOBILE).await;
    let reply = service.reset_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200);
    assert!(service.spent().trips <= 4);
    for account in ["yhsduser", "zoe@example.com", MOBILE] {
        assert!(!service.logs_in(account, "123456").await, "{account}");
        assert!(service.logs_in(account, "654321").await, "{account}");
    }
}

#[tokio::test]
async fn a_member_who_has_gone_since_is_refused_and_the_code_kept() {
    let service = Service::start().await;
    service.plant_mobile(MOBILE).await;
    let code = service.code(RESET_SMS, MOBILE).await;
    for item in service.dump().await {
        if item["sk"] == "member" || item["sk"] == "login" {
            let delete = service.client().delete_item().table_name(service.table());
            let key =
                |name: &str| AttributeValue::S(item[name].as_str().expect("a key").to_owned());
            let delete = delete.key("pk", key("pk")).key("sk", key("sk"));
            delete.send().await.expect("the item is there");
        }
    }
    let before = but_counted(service.dump().await);
    for _ in 0..7 {
        let reply = service.reset_mobile(MOBILE, &code).await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "手机号尚未注册"})
        );
    }
    assert_eq!(but_counted(service.dump().await), before);
    let counted = service.of_address(ADDRESS, "hour#").await;
    assert_eq!(counted[0]["wrong_codes"], 0, "a right code is none");
    assert_eq!(service.messages().await, 1);
}

#[tokio::test]
async fn a_wrong_code_changes_nothing() {
    let service = Service::start().await;
    let browser = service.member_with_mobile(MOBILE).await;
    let code = service.code(RESET_SMS, MOBILE).await;
    for left in (0..5).rev() {
        let reply = service.reset_mobile(MOBILE, &wrong(&code)).await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "验证码不正确", "attempts_left": left})
        );
    }
    let reply = service.reset_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["message"], "验证码错误次数过多，请重新获取");
    let current = service.get("/api/v1/account/current").cookie(&browser);
    assert_eq!(current.await.body["customer"]["mobile"], MOBILE);
    assert!(service.logs_in(MOBILE, "123456").await);
    assert_eq!(service.messages().await, 2);
}

#[tokio::test]
async fn of_parallel_resets_with_one_code_one_counts() {
    let service = Arc::new(Service::start().await);
    service.member_with_mobile(MOBILE).await;
    let code = service.code(RESET_SMS, MOBILE).await;
    let requests: Vec<_> = (0..5)
        .map(|_| tokio::spawn(service.reset_mobile(MOBILE, &code).into_future()))
        .collect();
    let mut done = 0;
    for request in requests {
        let body = request.await.expect("it is answered").body;
        match body["code"].as_u64() {
            Some(200) => done += 1,
            _ => assert_eq!(body["message"], "验证码已失效，请重新获取"),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(service.messages().await, 2);
    assert_eq!(service.items("member#", "member").await[0]["generation"], 1);
}
