//! An account that many addresses guess at: slower and slower for strangers, and open to its owner.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{domain::identifier::IdentifierKey, store::members::identifiers::failure_attributes};

use super::{attempt, lets_in};
use crate::{
    reset_by_mail,
    support::{Service, mobile::RESET_SMS},
};

/// Counts so many wrong passwords of an account, of today and this hour, at once.
async fn plant_failures(service: &Service, account: &str, failures: u32) {
    let record = service.key().login(&IdentifierKey::typed(account));
    let [hour, day] = failure_attributes(service.app.clock.now());
    let expires_at = service.now() + 86_400;
    let number = |number: i64| AttributeValue::N(number.to_string());
    let is_nobodys = account == "nobody";
    let plant = service.client().update_item().table_name(service.table());
    let plant = plant
        .key("pk", AttributeValue::S(record.partition().to_owned()))
        .key("sk", AttributeValue::S("login".to_owned()))
        .expression_attribute_names("#hour", hour)
        .expression_attribute_names("#day", day)
        .expression_attribute_values(":failures", number(failures.into()));
    let plant = if is_nobodys {
        plant
            .update_expression("SET #hour = :failures, #day = :failures, expires_at = :expires_at")
            .expression_attribute_values(":expires_at", number(expires_at))
    } else {
        plant.update_expression("SET #hour = :failures, #day = :failures")
    };
    plant.send().await.expect("the table answers");
}

/// A wrong password from each of so many addresses, no two of one network; tells how many were compared.
async fn botnet(service: &Service, account: &str, addresses: std::ops::Range<u32>) -> usize {
    let mut compared = 0;
    for number in addresses {
        let address = format!("198.{}.{}.7", 18 + number / 250, number % 250);
        let reply = attempt(service, account, "wrong", &address).await;
        compared += usize::from(reply.body["retry_after"].is_null());
    }
    compared
}

#[tokio::test]
async fn an_account_under_attack_allows_each_address_one_try() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for number in 0..100 {
        let address = format!("198.51.100.{}", number / 10);
        attempt(&service, "yhsduser", "wrong", &address).await;
    }
    let stranger = attempt(&service, "yhsduser", "wrong", "203.0.113.1").await;
    assert_eq!(stranger.body["attempts_left"], 0);
    service.advance(60);
    let stranger = attempt(&service, "yhsduser", "123456", "203.0.113.1").await;
    assert_eq!(stranger.body["retry_after"], 540, "{}", stranger.body);
    assert!(
        lets_in(&service, "203.0.113.2").await,
        "a correct password from a fresh address gets in"
    );

    service.advance(539);
    let stranger = attempt(&service, "yhsduser", "123456", "203.0.113.1").await;
    assert_eq!(
        stranger.body["retry_after"], 1,
        "a refused try does not prolong the wait"
    );
    service.advance(1);
    let stranger = attempt(&service, "yhsduser", "wrong", "203.0.113.1").await;
    assert_eq!(stranger.body["attempts_left"], 0);
    service.advance(3000);
    let stranger = attempt(&service, "yhsduser", "wrong", "203.0.113.1").await;
    assert_eq!(
        stranger.body["attempts_left"], 9,
        "in the next hour of the clock the lockout is over"
    );
}

#[tokio::test]
async fn after_three_hundred_failures_in_a_day_only_known_networks_may_try() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let mut costs = Vec::new();
    for (account, before) in [("yhsduser", 0), ("nobody", 280)] {
        plant_failures(&service, account, before).await;
        let addresses = before..330;
        let compared = botnet(&service, account, addresses).await;
        assert_eq!(compared, 300 - before as usize);
        // The last were refused, for the whole of the day, and no more is counted of them.
        let stranger = attempt(&service, account, "123456", "203.0.113.1").await;
        assert_eq!(stranger.body["retry_after"], 12 * 3600, "{}", stranger.body);
        let usage = service.spent();
        costs.push((usage.trips, usage.read_units, usage.write_units));
    }
    let alike = [(3, 2.0, 2.0); 2];
    assert_eq!(costs, alike, "known and unknown accounts look alike");

    // The owner has been on this network before, though not at this address.
    let wrong = attempt(&service, "yhsduser", "wrong", "192.0.2.200").await;
    assert_eq!(wrong.body["attempts_left"], 0);
    let usage = service.spent();
    assert_eq!(
        (usage.trips, usage.read_units, usage.write_units),
        (3, 2.0, 2.0)
    );
    assert!(lets_in(&service, "192.0.2.201").await);
    let again = attempt(&service, "yhsduser", "123456", "192.0.2.200").await;
    assert_eq!(again.body["retry_after"], 600, "each address has one try");

    // An hour later it is still so, and the day after it is over.
    service.advance(3600);
    assert_eq!(botnet(&service, "yhsduser", 400..402).await, 0);
    assert!(lets_in(&service, "192.0.2.201").await);
    service.advance(11 * 3600);
    assert!(lets_in(&service, "203.0.113.1").await);
}

#[tokio::test]
async fn a_reset_by_mobile_or_mail_ends_a_lockout() {
    let service = Service::start().await;
    let mobile = "13800138000";
    service.plant_mobile(mobile).await;
    plant_failures(&service, mobile, 300).await;
    let stranger = attempt(&service, mobile, "123456", "203.0.113.1").await;
    assert_eq!(stranger.body["retry_after"], 12 * 3600);
    let code = service.code(RESET_SMS, mobile).await;
    assert_eq!(service.reset_mobile(mobile, &code).await.body["code"], 200);
    let owner = attempt(&service, mobile, "654321", "203.0.113.1").await;
    assert_eq!(owner.body["code"], 200, "{}", owner.body);

    reset_by_mail::member(&service).await;
    plant_failures(&service, reset_by_mail::EMAIL, 300).await;
    reset_by_mail::ask(&service, reset_by_mail::EMAIL).await;
    reset_by_mail::set_password(&service, "another1").await;
    let owner = attempt(&service, reset_by_mail::EMAIL, "another1", "203.0.113.2").await;
    assert_eq!(owner.body["code"], 200, "{}", owner.body);
}

#[tokio::test]
async fn a_member_stays_known_from_the_networks_of_late() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for network in 0..40 {
        assert!(lets_in(&service, &format!("198.51.{network}.7")).await);
        service.advance(86_400);
    }
    let member = &service.items("member#", "member").await[0];
    let networks = member["networks"].as_object().expect("networks");
    assert!((12..=16).contains(&networks.len()), "{networks:?}");
    plant_failures(&service, "yhsduser", 300).await;
    for (address, known) in [
        ("198.51.39.8", true),
        ("198.51.28.8", true),
        ("198.51.20.8", false),
    ] {
        assert_eq!(lets_in(&service, address).await, known, "{address}");
    }
}
