//! Messages asked for in parallel, and the day's cap on all of them.

use std::future::IntoFuture;

use registration::config::CaptchaPolicy;

use crate::{
    messages::{address, assert_waits, mobile, quotas, sent, without_captchas},
    support::{Service, mobile::REGIST_SMS},
};

const MOBILE: &str = "13800138000";

/// Asks for messages in parallel, and tells how many were sent.
async fn in_parallel(service: &Service, requests: impl Iterator<Item = (String, String)>) -> usize {
    let requests: Vec<_> = requests
        .map(|(mobile, from)| {
            tokio::spawn(service.ask(REGIST_SMS, &mobile).from(&from).into_future())
        })
        .collect();
    let mut done = 0;
    for request in requests {
        let reply = request.await.expect("it is answered");
        done += usize::from(reply.body["code"] == 200);
    }
    let faults: Vec<_> = service
        .lines()
        .into_iter()
        .filter_map(|line| line.fault)
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(service.messages().await, done);
    done
}

#[tokio::test]
async fn of_two_hundred_parallel_requests_for_a_mobile_one_is_sent() {
    let service = Service::start().await;
    let requests = (0..200).map(|number| (MOBILE.to_owned(), address(number)));
    assert_eq!(in_parallel(&service, requests).await, 1);
    let code = service.last_code(MOBILE).await;
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200);
    // What the others counted has been taken back.
    let addresses = service.items("address#", "messages").await;
    assert_eq!(quotas(&addresses).len(), 1);
    let spent = service.items("cap#", "").await;
    let spent: i64 = spent.iter().filter_map(|item| item["spent"].as_i64()).sum();
    assert_eq!(spent, 1);
}

#[tokio::test]
async fn of_two_hundred_parallel_requests_of_one_address_for_a_mobile_one_is_sent() {
    for policy in [CaptchaPolicy::Adaptive, CaptchaPolicy::Never] {
        let service = Service::sending(|config| config.captcha = policy).await;
        let requests = (0..200).map(|_| (MOBILE.to_owned(), "192.0.2.1".to_owned()));
        assert_eq!(in_parallel(&service, requests).await, 1, "{policy:?}");
        let addresses = quotas(&service.items("address#", "messages").await);
        assert_eq!(
            addresses[0][2].as_array().map(Vec::len),
            Some(1),
            "{policy:?}"
        );
    }
}

#[tokio::test]
async fn of_two_hundred_parallel_requests_of_one_address_twenty_are_sent() {
    let service = without_captchas().await;
    let requests = (0..200).map(|number| (mobile(number), "192.0.2.1".to_owned()));
    assert_eq!(in_parallel(&service, requests).await, 20);
}

#[tokio::test]
async fn the_days_cap_is_exact_under_two_hundred_parallel_requests() {
    let service = Service::sending(|config| config.per_day = 50).await;
    let requests = (0..200).map(|number| (mobile(number), address(number)));
    assert_eq!(in_parallel(&service, requests).await, 50);
    let before = quotas(&service.dump().await);
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    let message = "今日短信发送量已达上限，请在12小时后再试";
    assert_waits(&reply, message, 12 * 3600);
    assert_eq!(quotas(&service.dump().await), before);
    assert_eq!(service.messages().await, 50);
    service.advance(12 * 3600);
    assert!(sent(&service.ask(REGIST_SMS, MOBILE).await));
}

#[tokio::test]
async fn the_log_tells_how_much_of_the_days_cap_is_used() {
    let service = Service::sending(|config| config.per_day = 100).await;
    let mut told = Vec::new();
    for number in 0..102 {
        let request = service.ask(REGIST_SMS, &mobile(number));
        let reply = request.from(&address(number)).await;
        assert_eq!(sent(&reply), number < 100);
        let percent = service.last_line().notes.sms_cap_percent;
        told.push(percent.expect("each message tells it"));
        assert!(number >= 80 || service.spent().trips <= 3);
    }
    // The first are told by one share of sixteen each; together they are right.
    let (early, late) = told.split_at(80);
    assert!(early.iter().all(|percent| *percent < 80), "{early:?}");
    let mean = early.iter().map(|percent| u32::from(*percent)).sum::<u32>() / 80;
    assert!((34..=47).contains(&mean), "{mean} of {early:?}");
    let counted: Vec<u8> = (81..=100).chain([100, 100]).collect();
    assert_eq!(late, counted);
    assert_eq!(service.messages().await, 100);
}

#[tokio::test]
async fn a_cap_of_nothing_sends_nothing() {
    let service = Service::sending(|config| config.per_day = 0).await;
    assert!(!sent(&service.ask(REGIST_SMS, MOBILE).await));
    assert!(quotas(&service.dump().await).is_empty());
    assert_eq!(service.messages().await, 0);
}
