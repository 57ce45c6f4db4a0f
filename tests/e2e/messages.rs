//! `POST /api/v1/account/send_regist_validate_sms` and `send_reset_validate_sms`: who is sent a
//! message, how often, and at whose expense.

mod at_once;
mod cap;
mod unusable;

use registration::config::CaptchaPolicy;
use serde_json::{Value, json};
use tests::mail;

use crate::support::{
    Reply, Service,
    mobile::{REGIST_SMS, RESET_SMS},
};

const MOBILE: &str = "13800138000";

pub async fn without_captchas() -> Service {
    Service::sending(|config| config.captcha = CaptchaPolicy::Never).await
}

pub fn sent(reply: &Reply) -> bool {
    match reply.body["code"].as_u64() {
        Some(200) => {
            assert_eq!(reply.body, json!({"code": 200, "message": ""}));
            true
        }
        code => {
            assert_eq!(code, Some(201), "{}", reply.body);
            false
        }
    }
}

pub fn assert_waits(reply: &Reply, message: &str, seconds: i64) {
    let expected = json!({"code": 201, "message": message, "retry_after": seconds});
    assert_eq!(reply.body, expected);
}

pub fn mobile(number: usize) -> String {
    format!("139{number:08}")
}

pub fn address(number: usize) -> String {
    format!("198.51.{}.{}", number / 250, 1 + number % 250)
}

#[tokio::test]
async fn a_message_holds_a_code_and_its_minutes_in_one_part() {
    let service = Service::start().await;
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    assert!(sent(&reply));
    let usage = service.spent();
    assert_eq!(
        (usage.trips, usage.read_units, usage.write_units),
        (2, 1.0, 6.0)
    );
    let messages = service.inbox.all().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].to, "+8613800138000");
    let body = &messages[0].body;
    assert!(
        body.contains("5分钟") && body.chars().count() <= 70,
        "{body}"
    );
    assert!(mail::code(body).is_some());
}

#[tokio::test]
async fn the_published_sdk_sends_everything_in_the_query() {
    let service = Service::start().await;
    let reply = service.post(&format!("{REGIST_SMS}?mobile={MOBILE}")).await;
    assert!(sent(&reply));
    assert_eq!(service.messages().await, 1);
}

#[tokio::test]
async fn nothing_is_sent_to_what_is_no_mainland_mobile() {
    let service = Service::start().await;
    for (number, message) in [
        ("", "手机号不能为空"),
        ("12800138000", "手机号格式不正确"),
        ("1380013800", "手机号格式不正确"),
        ("138001380000", "手机号格式不正确"),
        ("+12025550123", "手机号格式不正确"),
        ("0085212345678", "手机号格式不正确"),
        ("１３８００１３８００", "手机号格式不正确"),
        ("13800138000,13800138001", "手机号格式不正确"),
    ] {
        for path in [REGIST_SMS, RESET_SMS] {
            let reply = service.ask(path, number).await;
            assert_eq!(reply.body, json!({"code": 201, "message": message}));
        }
    }
    assert!(service.dump().await.is_empty());
    assert_eq!(service.messages().await, 0);
}

#[tokio::test]
async fn a_mobile_gets_one_message_a_minute_whatever_for() {
    let service = without_captchas().await;
    assert!(sent(&service.ask(REGIST_SMS, MOBILE).await));
    for (wait, retry_after) in [(0, 60), (30, 30), (29, 1)] {
        service.advance(wait);
        let before = service.dump().await;
        for from in ["192.0.2.1", "192.0.2.2"] {
            let reply = service.ask(REGIST_SMS, MOBILE).from(from).await;
            let message = format!("该手机号获取短信过于频繁，请在{retry_after}秒后再试");
            assert_waits(&reply, &message, retry_after);
        }
        assert_eq!(quotas(&service.dump().await), quotas(&before));
        assert_eq!(service.messages().await, 1);
    }
    // Meanwhile the mobile was registered; the minute is the same for the other purpose.
    service.plant_mobile(MOBILE).await;
    let reply = service.ask(RESET_SMS, MOBILE).await;
    assert_eq!(reply.body["retry_after"], 1);
    service.advance(1);
    assert!(sent(&service.ask(RESET_SMS, MOBILE).await));
    assert_eq!(service.messages().await, 2);
}

/// What counts in a table: times, and what was spent.
pub fn quotas(items: &[Value]) -> Vec<Value> {
    let kept = items.iter().map(|item| {
        let times: Vec<_> = (0..)
            .map_while(|place| item[format!("sent_{place}")].as_i64())
            .filter(|time| *time > 0)
            .collect();
        json!([item["pk"], item["spent"], times])
    });
    kept.filter(|item| item[1].as_i64() > Some(0) || item[2] != json!([]))
        .collect()
}

#[tokio::test]
async fn a_mobile_gets_five_messages_in_any_hour() {
    let service = without_captchas().await;
    for _ in 0..5 {
        assert!(sent(&service.ask(REGIST_SMS, MOBILE).await));
        service.advance(600);
    }
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    let message = "该手机号获取短信过于频繁，请在10分钟后再试";
    assert_waits(&reply, message, 600);
    service.advance(599);
    assert!(!sent(&service.ask(REGIST_SMS, MOBILE).await));
    service.advance(1);
    assert!(sent(&service.ask(REGIST_SMS, MOBILE).await));
    // The hour slides: the second message is ten minutes younger than the first.
    service.advance(60);
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    assert_eq!(reply.body["retry_after"], 540);
    assert_eq!(service.messages().await, 6);
}

#[tokio::test]
async fn a_mobile_gets_ten_messages_in_a_calendar_day_of_beijing() {
    let service = without_captchas().await;
    // From noon on, one every twenty minutes.
    for _ in 0..10 {
        assert!(sent(&service.ask(REGIST_SMS, MOBILE).await));
        service.advance(1200);
    }
    let until_midnight = 12 * 3600 - 10 * 1200;
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    assert_eq!(reply.body["retry_after"], until_midnight);
    service.advance(until_midnight - 1);
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    let message = "该手机号获取短信过于频繁，请在1秒后再试";
    assert_waits(&reply, message, 1);
    assert_eq!(service.messages().await, 10);
    service.advance(1);
    for _ in 0..5 {
        assert!(sent(&service.ask(REGIST_SMS, MOBILE).await));
        service.advance(60);
    }
    assert_eq!(service.messages().await, 15);
}

#[tokio::test]
async fn an_address_asks_for_twenty_messages_in_any_hour() {
    let service = without_captchas().await;
    for number in 0..20 {
        assert!(sent(&service.ask(REGIST_SMS, &mobile(number)).await));
        service.advance(60);
    }
    let before = quotas(&service.dump().await);
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    let message = "获取短信过于频繁，请在40分钟后再试";
    assert_waits(&reply, message, 2400);
    assert_eq!(quotas(&service.dump().await), before);
    assert_eq!(service.messages().await, 20);
    let reply = service.ask(REGIST_SMS, MOBILE).from("192.0.2.2").await;
    assert!(sent(&reply));
    service.advance(2400);
    assert!(sent(&service.ask(REGIST_SMS, &mobile(20)).await));
    let reply = service.ask(REGIST_SMS, &mobile(21)).await;
    assert_eq!(reply.body["retry_after"], 60);
}

#[tokio::test]
async fn from_the_second_message_of_an_hour_a_captcha_is_asked_for() {
    let service = Service::start().await;
    assert!(sent(&service.ask(REGIST_SMS, MOBILE).await));
    service.advance(60);
    let needed = json!({"code": 214, "message": "请输入图片中的字符"});
    let before = quotas(&service.dump().await);
    for (number, from) in [(MOBILE, "192.0.2.2"), ("13800138001", "192.0.2.1")] {
        let reply = service.ask(REGIST_SMS, number).from(from).await;
        assert_eq!(reply.body, needed, "{number} {from}");
    }
    for captcha in [("", ""), ("x", ""), ("", "x")] {
        let fields = [
            ("mobile", MOBILE),
            ("captcha_id", captcha.0),
            ("captcha_value", captcha.1),
        ];
        let reply = service.post(REGIST_SMS).form(&fields).await;
        assert_eq!(reply.body, needed);
    }
    let fields = [
        ("mobile", MOBILE),
        ("captcha_id", "x"),
        ("captcha_value", "x"),
    ];
    let reply = service.post(REGIST_SMS).form(&fields).await;
    assert_eq!(
        reply.body,
        json!({"code": 214, "message": "图片中的字符不正确，请重新输入"})
    );
    assert_eq!(quotas(&service.dump().await), before);
    assert_eq!(service.messages().await, 1);

    let reply = service
        .ask_with_captcha(REGIST_SMS, MOBILE, "192.0.2.1")
        .await;
    assert!(sent(&reply));
    let usage = service.spent();
    assert_eq!(
        (usage.trips, usage.read_units, usage.write_units),
        (2, 1.0, 7.0)
    );
    service.advance(3600);
    assert!(sent(&service.ask(REGIST_SMS, MOBILE).await));
    assert_eq!(service.messages().await, 3);
}

#[tokio::test]
async fn a_captcha_is_asked_for_always_or_never_as_configured() {
    let service = Service::sending(|config| config.captcha = CaptchaPolicy::Always).await;
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    assert_eq!(reply.body["code"], 214);
    assert!(service.dump().await.is_empty());
    assert_eq!(service.messages().await, 0);
    let reply = service
        .ask_with_captcha(REGIST_SMS, MOBILE, "192.0.2.1")
        .await;
    assert!(sent(&reply));

    let service = without_captchas().await;
    for _ in 0..2 {
        let fields = [
            ("mobile", MOBILE),
            ("captcha_id", "x"),
            ("captcha_value", "x"),
        ];
        assert!(sent(&service.post(REGIST_SMS).form(&fields).await));
        service.advance(60);
    }
}
