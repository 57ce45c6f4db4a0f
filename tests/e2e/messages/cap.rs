//! The day's cap on all messages, and what is kept of it for logins and resets.

use crate::{
    messages::{address, assert_waits, at_once::in_parallel, mobile, quotas, sent},
    support::{
        Service,
        mobile::{REGIST_SMS, RESET_SMS},
    },
};

const MOBILE: &str = "13800138000";
const REACHED: &str = "今日短信发送量已达上限，请在12小时后再试";

/// What the shards of the day have spent: all messages, and those to register.
async fn spent(service: &Service) -> [i64; 2] {
    let shards = service.items("cap#", "").await;
    ["spent", "registrations"].map(|name| {
        let counts = shards.iter().filter_map(|shard| shard[name].as_i64());
        counts.sum()
    })
}

#[tokio::test]
async fn the_days_cap_is_exact_under_parallel_requests_and_a_fifth_is_kept_for_resets() {
    let service = Service::sending(|config| config.per_day = 50).await;
    for number in 200..220 {
        service.plant_mobile(&mobile(number)).await;
    }
    let requests = (0..200).map(|number| (mobile(number), address(number)));
    assert_eq!(in_parallel(&service, REGIST_SMS, requests).await, 40);
    assert_eq!(spent(&service).await, [40, 40]);
    let before = quotas(&service.dump().await);
    assert_waits(&service.ask(REGIST_SMS, MOBILE).await, REACHED, 12 * 3600);
    assert_eq!(service.last_line().notes.sms_cap_percent, Some(80));
    assert_eq!(quotas(&service.dump().await), before);

    let requests = (200..220).map(|number| (mobile(number), address(number)));
    assert_eq!(in_parallel(&service, RESET_SMS, requests).await, 10);
    assert_eq!(spent(&service).await, [50, 40]);
    assert_eq!(service.messages().await, 50);
    service.plant_mobile(MOBILE).await;
    assert_waits(&service.ask(RESET_SMS, MOBILE).await, REACHED, 12 * 3600);
    assert_eq!(service.last_line().notes.sms_cap_percent, Some(100));
    service.advance(12 * 3600);
    assert!(sent(&service.ask(RESET_SMS, MOBILE).await));
}

#[tokio::test]
async fn resets_may_use_the_whole_cap() {
    let service = Service::sending(|config| config.per_day = 20).await;
    for number in 0..24 {
        service.plant_mobile(&mobile(number)).await;
    }
    let requests = (0..24).map(|number| (mobile(number), address(number)));
    assert_eq!(in_parallel(&service, RESET_SMS, requests).await, 20);
    assert_eq!(spent(&service).await, [20, 0]);
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    assert_waits(&reply, REACHED, 12 * 3600);
}

#[tokio::test]
async fn the_log_tells_how_much_of_the_days_cap_is_used_once_it_is_much() {
    let service = Service::sending(|config| config.per_day = 100).await;
    let mut told = Vec::new();
    for number in 0..102 {
        service.plant_mobile(&mobile(number)).await;
        let request = service.ask(RESET_SMS, &mobile(number));
        let reply = request.from(&address(number)).await;
        assert_eq!(sent(&reply), number < 100);
        let percent = service.last_line().notes.sms_cap_percent;
        // A figure is exact, and none is known before a shard gave four fifths of its part.
        let used = u8::try_from(number + 1).expect("it is small").min(100);
        assert!(
            percent.is_none_or(|percent| percent == used),
            "{number}: {percent:?}"
        );
        let trips = service.spent().trips;
        assert!(trips <= if percent.is_some() { 5 } else { 2 }, "{trips}");
        told.extend(percent);
    }
    let late: Vec<_> = told
        .iter()
        .copied()
        .filter(|percent| *percent >= 80)
        .collect();
    assert!(
        late.first() <= Some(&83),
        "an alarm at 80 % is a few messages late: {late:?}"
    );
    assert!(late.len() >= 18, "{late:?}");
    assert_eq!(late.last(), Some(&100));
    assert_eq!(service.messages().await, 100);
}

#[tokio::test]
async fn a_cap_of_nothing_sends_nothing() {
    let service = Service::sending(|config| config.per_day = 0).await;
    assert!(!sent(&service.ask(REGIST_SMS, MOBILE).await));
    assert!(quotas(&service.dump().await).is_empty());
    assert_eq!(service.messages().await, 0);
}
