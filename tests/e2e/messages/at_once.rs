//! Messages asked for in parallel.

use std::future::IntoFuture;

use registration::config::CaptchaPolicy;

use crate::{
    messages::{address, mobile, quotas, without_captchas},
    support::{
        Reply, Service,
        mobile::{REGIST_SMS, RESET_SMS},
    },
};

const MOBILE: &str = "13800138000";

/// Asks for messages in parallel, and tells how many were sent.
pub async fn in_parallel(
    service: &Service,
    path: &str,
    requests: impl Iterator<Item = (String, String)>,
) -> usize {
    let requests: Vec<_> = requests
        .map(|(mobile, from)| tokio::spawn(service.ask(path, &mobile).from(&from).into_future()))
        .collect();
    let before = service.messages().await;
    let mut done = 0;
    for request in requests {
        let reply: Reply = request.await.expect("it is answered");
        done += usize::from(reply.body["code"] == 200);
    }
    let faults: Vec<_> = service
        .lines()
        .into_iter()
        .filter_map(|line| line.fault)
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert!(service.messages().await >= before + done || before > 0);
    done
}

#[tokio::test]
async fn of_two_hundred_parallel_requests_for_a_mobile_one_is_sent() {
    let service = Service::start().await;
    let requests = (0..200).map(|number| (MOBILE.to_owned(), address(number)));
    assert_eq!(in_parallel(&service, REGIST_SMS, requests).await, 1);
    assert_eq!(service.messages().await, 1);
    let code = service.last_code(MOBILE).await;
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200);
    // Of the others nothing is counted but the lookup.
    let addresses = service.items("address#", "sms").await;
    assert_eq!(addresses.len(), 200);
    assert!(addresses.iter().all(|item| item["lookup_0"].is_i64()));
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
        assert_eq!(
            in_parallel(&service, REGIST_SMS, requests).await,
            1,
            "{policy:?}"
        );
        assert_eq!(service.messages().await, 1, "{policy:?}");
        let addresses = quotas(&service.items("address#", "sms").await);
        assert_eq!(
            addresses[0][2].as_array().map(Vec::len),
            Some(1),
            "{policy:?}"
        );
    }
}

#[tokio::test]
async fn of_two_hundred_parallel_requests_of_one_address_ten_are_sent_a_minute_and_twenty_an_hour()
{
    let service = without_captchas().await;
    for (minute, expected) in [(0, 10), (1, 10), (2, 0)] {
        let numbers = minute * 200..(minute + 1) * 200;
        let requests = numbers.map(|number| (mobile(number), "192.0.2.1".to_owned()));
        assert_eq!(in_parallel(&service, REGIST_SMS, requests).await, expected);
        service.advance(60);
    }
    assert_eq!(service.messages().await, 20);
}

#[tokio::test]
async fn of_parallel_requests_for_a_registered_mobile_one_is_sent() {
    let service = Service::start().await;
    service.plant_mobile(MOBILE).await;
    let requests = (0..50).map(|number| (MOBILE.to_owned(), address(number)));
    assert_eq!(in_parallel(&service, RESET_SMS, requests).await, 1);
    assert_eq!(service.messages().await, 1);
}
