//! `POST /api/v1/account/check_regist_mobile` and `check_reset_mobile`.

use serde_json::json;

use crate::support::Service;

const REGIST: &str = "/api/v1/account/check_regist_mobile";
const RESET: &str = "/api/v1/account/check_reset_mobile";

#[tokio::test]
async fn a_number_is_free_or_registered() {
    let service = Service::start().await;
    let free = json!({"code": 200, "message": ""});
    let reply = service.ask(REGIST, "13800138000").await;
    assert_eq!(reply.body, free);
    let usage = service.spent();
    assert_eq!((usage.trips, usage.read_units), (1, 1.0));
    assert!(usage.write_units <= 1.0);
    let reply = service.ask(RESET, "13800138000").await;
    assert_eq!(
        reply.body,
        json!({"code": 201, "message": "手机号尚未注册"})
    );
    service.member_with_mobile("13800138000").await;
    let reply = service.ask(RESET, " 13800138000 ").await;
    assert_eq!(reply.body, free);
    let reply = service.ask(REGIST, "13800138000").await;
    assert_eq!(
        reply.body,
        json!({"code": 201, "message": "手机号已被注册"})
    );
    assert_eq!(service.messages().await, 1, "the one that registered");
}

#[tokio::test]
async fn what_is_no_mainland_mobile_is_refused() {
    let service = Service::start().await;
    for number in ["", "12800138000", "1380013800", "+8523800138000", "会员"] {
        for path in [REGIST, RESET] {
            let reply = service.ask(path, number).await;
            let what = if number.is_empty() {
                "不能为空"
            } else {
                "格式不正确"
            };
            let message = format!("手机号{what}");
            assert_eq!(reply.body, json!({"code": 201, "message": message}));
        }
    }
    assert!(service.dump().await.is_empty());
    assert_eq!(service.messages().await, 0);
}

#[tokio::test]
async fn an_address_asks_ten_times_a_minute() {
    let service = Service::start().await;
    for number in 0..10 {
        let path = [REGIST, RESET][number % 2];
        let reply = service.ask(path, &format!("1380013800{number}")).await;
        assert_eq!(reply.body.get("retry_after"), None);
        service.advance(1);
    }
    for path in [REGIST, RESET] {
        let reply = service.ask(path, "13800138000").await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "尝试次数过多，请在50秒后再试", "retry_after": 50})
        );
    }
    let reply = service.ask(REGIST, "13800138000").from("192.0.2.2").await;
    assert_eq!(reply.body["code"], 200);
    service.advance(50);
    let reply = service.ask(REGIST, "13800138000").await;
    assert_eq!(reply.body["code"], 200);
    assert_eq!(service.messages().await, 0);
}

#[tokio::test]
async fn no_minute_holds_more_than_ten_questions_wherever_it_begins() {
    let service = Service::start().await;
    let ask = || service.ask(REGIST, "13800138000");
    assert_eq!(ask().await.body["code"], 200);
    service.advance(59);
    for _ in 1..10 {
        assert_eq!(ask().await.body["code"], 200);
    }
    service.advance(1);
    assert_eq!(ask().await.body["code"], 200, "the first is a minute old");
    assert_eq!(ask().await.body["retry_after"], 59);
}
