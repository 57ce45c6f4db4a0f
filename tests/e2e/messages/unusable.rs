//! No message is paid for that could not be used, and nobody learns by asking for one whom the service
//! knows beyond the limits of `check_*`.

use serde_json::json;

use crate::{
    messages::{sent, without_captchas},
    support::{
        Service,
        mobile::{REGIST_SMS, RESET_SMS},
    },
};

const MEMBERS: &str = "13800138000";
const FREE: &str = "13800138001";
const CHECK: &str = "/api/v1/account/check_regist_mobile";

#[tokio::test]
async fn codes_that_could_not_be_used_are_refused_and_cost_a_lookup() {
    let service = Service::start().await;
    service.plant_mobile(MEMBERS).await;
    for (path, mobile, message) in [
        (REGIST_SMS, MEMBERS, "手机号已被注册"),
        (RESET_SMS, FREE, "手机号尚未注册"),
    ] {
        let reply = service.ask(path, mobile).await;
        assert_eq!(reply.body, json!({"code": 201, "message": message}));
        let usage = service.spent();
        assert_eq!(
            (usage.trips, usage.read_units, usage.write_units),
            (2, 1.0, 1.0)
        );
    }
    assert_eq!(service.messages().await, 0);
    assert!(service.items("cap#", "").await.is_empty());
    assert!(service.items("mobile#", "").await.is_empty());
    assert!(sent(&service.ask(RESET_SMS, MEMBERS).await));
    let elsewhere = service.ask(REGIST_SMS, FREE).from("192.0.2.2");
    assert!(sent(&elsewhere.await));
}

#[tokio::test]
async fn whoever_looked_up_ten_mobiles_in_a_minute_learns_no_more_by_asking_for_codes() {
    for captcha in [true, false] {
        let service = if captcha {
            Service::start().await
        } else {
            without_captchas().await
        };
        service.plant_mobile(MEMBERS).await;
        let waits = json!({
            "code": 201, "message": "尝试次数过多，请在60秒后再试", "retry_after": 60,
        });
        // Whatever is answered counts: sent, registered, a captcha needed, too many for a mobile.
        for number in 0..10 {
            let mobile = if number % 2 == 0 { MEMBERS } else { FREE };
            let reply = service.ask(REGIST_SMS, mobile).await;
            assert_ne!(reply.body, waits, "{number}");
        }
        assert_eq!(service.messages().await, 1);
        for (path, mobile) in [
            (REGIST_SMS, MEMBERS),
            (REGIST_SMS, FREE),
            (REGIST_SMS, "13800138002"),
            (RESET_SMS, MEMBERS),
            (RESET_SMS, FREE),
            (CHECK, MEMBERS),
            (CHECK, FREE),
        ] {
            let before = service.dump().await;
            let reply = service.ask(path, mobile).await;
            assert_eq!(reply.body, waits, "{path} {mobile}");
            assert_eq!(service.dump().await, before, "{path} {mobile}");
        }
        assert_eq!(service.messages().await, 1);
        service.advance(60);
        let reply = service.ask(REGIST_SMS, MEMBERS).await;
        assert_eq!(reply.body["message"], "手机号已被注册");
    }
}
