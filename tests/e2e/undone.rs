//! What is taken back because the request it was done for came to nothing: it alone, and at most once.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{
    base::{clock::Time, random::Random},
    domain::identifier::IdentifierKey,
    store::{
        Store, WriteToken,
        limits::{
            fixed_window::Hourly,
            login_attempts::{Attempted, LoginAttempt},
        },
        members::identifiers::{SINGLE_TRY_AFTER, failure_attributes},
    },
};

use crate::support::{
    START, Service,
    gate::{Gate, Orders, Racing},
};

const ADDRESS: &str = "192.0.2.9";

#[tokio::test]
async fn an_attempt_is_taken_back_and_where_nobody_heard_only_the_newest() {
    let service = Service::start().await;
    let limits = service.app.store.limits();
    let random = Random::seeded(1);
    let identifiers = ["one", "other"].map(IdentifierKey::typed);
    let attempt = |place: usize, second: i64| LoginAttempt {
        address: ADDRESS,
        identifier: &identifiers[place],
        at: Time::from_seconds(START + second),
        token: WriteToken::random(&random),
    };
    let attempts = [attempt(0, 0), attempt(1, 1), attempt(0, 2)];
    for (attempt, nth) in attempts.iter().zip([1, 1, 2]) {
        let counted = limits.count_attempt(attempt).await;
        assert_eq!(counted.expect("the table answers"), Attempted::Counted(nth));
    }
    let [first, elsewhere, second] = &attempts;
    let in_minute = async || service.of_address(ADDRESS, "logins#").await[0]["m_0"].clone();
    let uncount = async |attempt, was_counted| {
        let uncounted = limits.uncount_attempt(attempt, was_counted).await;
        uncounted.expect("the table answers");
    };
    // Nobody heard whether it was counted, and the newest change is another.
    uncount(elsewhere, false).await;
    assert_eq!(in_minute().await, 3);
    uncount(second, false).await;
    uncount(elsewhere, true).await;
    uncount(first, true).await;
    assert_eq!(in_minute().await, 0);
    uncount(first, true).await;
    assert_eq!(in_minute().await, 0, "there is nothing left to take back");
    let again = limits.count_attempt(first).await;
    assert_eq!(again.expect("the table answers"), Attempted::Counted(1));
}

#[tokio::test]
async fn a_right_code_is_taken_back_in_the_hour_it_was_counted_in() {
    let service = Service::start().await;
    let limits = service.app.store.limits();
    let random = Random::seeded(1);
    let now = Time::from_seconds(START + 3599);
    let what = [Hourly::Registrations, Hourly::WrongCodes];
    let token = WriteToken::random(&random);
    let counted = limits.count_hourly(ADDRESS, &what, now, token).await;
    assert_eq!(counted.expect("the table answers"), None);
    for later in [1, 0, 0] {
        let uncounted = limits
            .uncount_hourly(ADDRESS, Hourly::WrongCodes, now.plus_seconds(later))
            .await;
        uncounted.expect("the table answers");
    }
    let hours = service.of_address(ADDRESS, "hour#").await;
    assert_eq!(hours.len(), 1);
    assert_eq!(hours[0]["registrations"], 1);
    assert_eq!(hours[0]["wrong_codes"], 0);
}

/// Two logins from one address at once, the first at an account that is locked out.
#[tokio::test]
async fn a_refused_attempt_does_not_count_whatever_the_address_does_beside_it() {
    let service = Service::start().await;
    let gate = Gate::default();
    let process = || {
        service.with_store(Store::with(
            gate.before(&service.app.aws),
            &service.app.config,
        ))
    };
    service.register("locked").await;
    service.register("another").await;
    let login = |account: &'static str, password: &'static str| {
        let fields = [("account", account), ("password", password)];
        let login = service.post("/api/v1/account/login").form(&fields);
        login.from(ADDRESS).through(&process())
    };
    let record = service.key().login(&IdentifierKey::typed("locked"));
    let lock_out = async || {
        let [hour, _] = failure_attributes(service.app.clock.now());
        let failures = AttributeValue::N(SINGLE_TRY_AFTER.to_string());
        let lock = service.client().update_item().table_name(service.table());
        let lock = lock
            .key("pk", AttributeValue::S(record.partition().to_owned()))
            .key("sk", AttributeValue::S("login".to_owned()))
            .update_expression("SET #hour = :failures")
            .expression_attribute_names("#hour", hour)
            .expression_attribute_values(":failures", failures);
        lock.send().await.expect("the login record is there");
    };
    for (account, password) in [
        ("locked", "123456"),
        ("another", "wrong"),
        ("another", "123456"),
    ] {
        let mut orders = Orders::new(7);
        for _ in 0..12 {
            // The address has its one try in the window, and then waits.
            service.advance(600);
            lock_out().await;
            let tried = login("locked", "wrong").await;
            assert_eq!(tried.body["attempts_left"], 0, "{}", tried.body);
            let racing = [("locked", "123456"), (account, password)].map(|(account, password)| {
                let login: Racing<_> = login(account, password).into_future();
                login
            });
            let (replies, calls) = gate.race(racing, |open| orders.choose(open)).await;
            assert_eq!(replies[0].body["retry_after"], 600, "{calls:?}");
            let attempts = &service.of_address(ADDRESS, "logins#").await;
            let attempts = attempts.last().expect("they are counted");
            let elsewhere = i64::from(password == "wrong");
            assert_eq!(attempts["m_0"], 1 + elsewhere, "{calls:?}");
            if !orders.finish().1 {
                break;
            }
        }
    }
}
