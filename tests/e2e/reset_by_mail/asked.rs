//! `POST /api/v1/account/reset_password_with_email`: who asks, how often, and what that tells.

use std::time::Duration;

use serde_json::json;
use shared::base::clock::Clock;

use crate::{
    reset_by_mail::{ASK, EMAIL, ask, member},
    support::{
        Service,
        carrier::{Answer, Carrier},
    },
};

#[tokio::test]
async fn the_answer_does_not_tell_whether_the_address_is_known() {
    let carrier = Carrier::start().await;
    let patience = Duration::from_millis(400);
    let service =
        Service::sending_through(&carrier.url, |config| config.mail_timeout = patience).await;
    member(&service).await;
    let mut known = Vec::new();
    for (email, answer) in [
        (EMAIL, Answer::Takes),
        ("nobody@example.com", Answer::Takes),
        (EMAIL, Answer::TakesAfter(patience / 2)),
        (EMAIL, Answer::TakesAfter(patience * 4)),
        (EMAIL, Answer::Refuses(400, "MessageRejected")),
        (EMAIL, Answer::HangsUp),
        ("nobody@example.com", Answer::Takes),
    ] {
        let asked = carrier.asked();
        if email == EMAIL {
            carrier.next(answer);
        }
        let stopwatch = Clock::system().stopwatch();
        let reply = ask(&service, email).await;
        let took = stopwatch.elapsed();
        assert_eq!(
            reply.body,
            json!({"code": 200, "message": ""}),
            "{answer:?}"
        );
        assert!(
            took >= patience && took < patience * 4,
            "{took:?} {answer:?}"
        );
        let usage = service.spent();
        known.push((usage.trips, usage.calls));
        assert_eq!(carrier.asked() - asked, usize::from(email == EMAIL));
        service.advance(4000);
    }
    assert!(known.iter().all(|usage| *usage == known[0]), "{known:?}");
}

#[tokio::test]
async fn links_are_asked_for_within_limits_that_do_not_tell_who_is_known() {
    let service = Service::sending(|config| config.mail_timeout = Duration::from_millis(500)).await;
    member(&service).await;
    for email in [EMAIL, "nobody@example.com"] {
        for _ in 0..3 {
            assert_eq!(ask(&service, email).await.body["code"], 200);
        }
        service.advance(60);
        let before = service.dump().await;
        let reply = ask(&service, email).await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "尝试次数过多，请在59分钟后再试", "retry_after": 3540})
        );
        assert_eq!(service.dump().await, before);
    }
    assert_eq!(service.messages().await, 3);
    let requests: Vec<_> = (0..14)
        .map(|number| {
            let email = format!("nobody{number}@example.com");
            let request = service.post(ASK).form(&[("email", &email)]);
            tokio::spawn(request.into_future())
        })
        .collect();
    for request in requests {
        let reply = request.await.expect("it is answered");
        assert_eq!(reply.body["code"], 200);
    }
    let reply = ask(&service, "somebody@example.com").await;
    assert_eq!(reply.body["retry_after"], 3480);
    assert_eq!(service.messages().await, 3);
}

#[tokio::test]
async fn of_parallel_requests_for_a_mailbox_three_are_mailed() {
    let service = Service::sending(|config| config.mail_timeout = Duration::from_millis(500)).await;
    member(&service).await;
    let requests: Vec<_> = (0..20)
        .map(|number| {
            let request = service.post(ASK).form(&[("email", EMAIL)]);
            tokio::spawn(request.from(&format!("198.51.100.{number}")).into_future())
        })
        .collect();
    let mut asked = 0;
    for request in requests {
        asked += usize::from(request.await.expect("it is answered").body["code"] == 200);
    }
    assert_eq!(asked, 3);
    assert_eq!(service.messages().await, 3);
    let mails = service.of_address("198.51.100.0", "mails").await;
    assert!(mails.len() <= 1);
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let service = Service::start().await;
    for (email, message) in [
        ("", "邮箱不能为空"),
        ("zoe", "邮箱格式不正确"),
        ("13800138000", "邮箱格式不正确"),
        ("zoe@example.com\r\nBcc: x@example.com", "邮箱格式不正确"),
    ] {
        let reply = ask(&service, email).await;
        assert_eq!(reply.body, json!({"code": 201, "message": message}));
    }
    assert!(service.dump().await.is_empty());
    assert_eq!(service.messages().await, 0);
}
