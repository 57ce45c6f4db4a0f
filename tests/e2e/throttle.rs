//! Guessing passwords: how often, from where, and that no stranger can lock the owner out.

mod lockout;

use serde_json::json;

use crate::support::{Reply, Service, rageframe_refusal};

async fn attempt(service: &Service, account: &str, password: &str, address: &str) -> Reply {
    service.log_in(account, password).from(address).await
}

/// Whether the owner gets in.
async fn lets_in(service: &Service, address: &str) -> bool {
    let reply = attempt(service, "yhsduser", "123456", address).await;
    reply.body["code"] == 200
}

#[tokio::test]
async fn the_eleventh_attempt_in_ten_minutes_is_not_compared() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for left in (0..10).rev() {
        let reply = attempt(&service, "yhsduser", "wrong", "192.0.2.9").await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "账号或密码不正确", "attempts_left": left})
        );
        service.advance(10);
    }
    let before = service.dump().await;
    let reply = attempt(&service, "yhsduser", "123456", "192.0.2.9").await;
    assert_eq!(
        reply.body,
        json!({"code": 201, "message": "尝试次数过多，请在9分钟后再试", "retry_after": 500})
    );
    let login = service.log_in_to("app", "yhsduser", "123456");
    let reply = login.from("192.0.2.9").await;
    let mut refusal = rageframe_refusal(429, "尝试次数过多，请在9分钟后再试", service.now());
    refusal["retry_after"] = json!(500);
    assert_eq!(reply.body, refusal);
    assert_eq!(service.dump().await, before);

    assert!(lets_in(&service, "192.0.2.10").await);
    service.advance(499);
    let reply = attempt(&service, "yhsduser", "123456", "192.0.2.9").await;
    assert_eq!(reply.body["retry_after"], 1);
    service.advance(1);
    assert!(lets_in(&service, "192.0.2.9").await);
}

#[tokio::test]
async fn a_success_clears_the_failures_of_its_address() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for _ in 0..3 {
        for _ in 0..9 {
            attempt(&service, "yhsduser", "wrong", "192.0.2.9").await;
        }
        assert!(lets_in(&service, "192.0.2.9").await);
    }
}

#[tokio::test]
async fn an_unknown_account_is_throttled_like_a_known_one() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for account in ["yhsduser", "nobody"] {
        for _ in 0..10 {
            attempt(&service, account, "wrong", "192.0.2.9").await;
        }
        let reply = attempt(&service, account, "wrong", "192.0.2.9").await;
        assert_eq!(reply.body["retry_after"], 600);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_attempts_count() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let requests: Vec<_> = (0..40)
        .map(|_| {
            let request = service.log_in("yhsduser", "wrong");
            tokio::spawn(request.from("192.0.2.9").into_future())
        })
        .collect();
    let (mut compared, mut throttled) = (0, 0);
    for request in requests {
        let reply = request.await.expect("an answer");
        if reply.body["retry_after"].is_null() {
            compared += 1;
        } else {
            throttled += 1;
        }
    }
    assert_eq!((compared, throttled), (10, 30));
    let attempts = service.of_address("192.0.2.9", "logins#").await;
    assert_eq!(attempts[0]["m_0"], 10);
    let record = &service.items("login#", "login").await[0];
    let failures = record.as_object().expect("an item").iter();
    let failures = failures.filter(|(name, _)| name.starts_with("failures_"));
    assert_eq!(
        failures.map(|(_, count)| count).collect::<Vec<_>>(),
        [10, 10]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_right_password_among_parallel_attempts_elsewhere_gets_in() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let attempts: Vec<_> = (0..30)
        .map(|_| {
            let request = service.log_in("yhsduser", "wrong");
            tokio::spawn(request.from("192.0.2.9").into_future())
        })
        .collect();
    let owner = attempt(&service, "yhsduser", "123456", "192.0.2.10").await;
    assert_eq!(owner.body["code"], 200, "{}", owner.body);
    for attempt in attempts {
        assert_eq!(attempt.await.expect("an answer").body["code"], 201);
    }
}

#[tokio::test]
async fn an_address_fails_at_most_sixty_times_a_minute_over_all_accounts() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for number in 0..60 {
        let account = format!("user{}", number % 40);
        let reply = attempt(&service, &account, "wrong", "192.0.2.9").await;
        assert_eq!(reply.body["attempts_left"], if number < 40 { 9 } else { 8 });
    }
    service.advance(59);
    let reply = attempt(&service, "yhsduser", "123456", "192.0.2.9").await;
    assert_eq!(reply.body["retry_after"], 1);
    service.advance(1);
    assert!(lets_in(&service, "192.0.2.9").await);
}

/// Tries a wrong password at so many accounts, one a second, and tells how many were compared.
async fn spray(service: &Service, accounts: std::ops::Range<u32>) -> usize {
    let mut compared = 0;
    for number in accounts {
        let account = format!("user{number}");
        let reply = attempt(service, &account, "wrong", "192.0.2.9").await;
        compared += usize::from(reply.body["retry_after"].is_null());
        service.advance(1);
    }
    compared
}

#[tokio::test]
async fn an_address_fails_at_no_more_than_fifty_accounts_in_ten_minutes() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    assert_eq!(spray(&service, 0..580).await, 50);
    let reply = attempt(&service, "yhsduser", "123456", "192.0.2.9").await;
    assert_eq!(reply.body["retry_after"], 20, "{}", reply.body);
    let again = attempt(&service, "user49", "wrong", "192.0.2.9").await;
    assert_eq!(again.body["attempts_left"], 8, "it is one of the fifty");
    assert!(lets_in(&service, "192.0.2.10").await);
    service.advance(20);
    assert_eq!(spray(&service, 600..652).await, 50);
    let records = service.items("login#", "login").await;
    assert_eq!(records.len(), 101);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_attempts_at_different_accounts_fifty_are_compared() {
    let service = Service::start().await;
    let requests: Vec<_> = (0..60)
        .map(|number| {
            let request = service.log_in(&format!("user{number}"), "wrong");
            tokio::spawn(request.from("192.0.2.9").into_future())
        })
        .collect();
    let mut compared = 0;
    for request in requests {
        compared += usize::from(request.await.expect("an answer").body["retry_after"].is_null());
    }
    assert_eq!(compared, 50);
}

#[tokio::test]
async fn a_login_costs_the_same_however_much_its_address_has_guessed() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for minute in 0..3 {
        for number in 0..50 {
            let account = format!("user{}", (minute * 50 + number) % 49);
            attempt(&service, &account, "wrong", "192.0.2.9").await;
            let usage = service.spent();
            assert!(usage.write_units <= 2.0, "{usage:?}");
        }
        service.advance(60);
        assert!(lets_in(&service, "192.0.2.9").await);
        let usage = service.spent();
        assert_eq!(
            (usage.trips, usage.read_units, usage.write_units),
            (2, 1.0, 4.0)
        );
    }
}

#[tokio::test]
async fn successes_do_not_count_against_a_shared_address() {
    let service = Service::start().await;
    for number in 0..55 {
        service.register(&format!("user{number}")).await;
    }
    for number in 0..110 {
        let account = format!("user{}", number % 55);
        let reply = attempt(&service, &account, "123456", "192.0.2.9").await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
    }
    let attempts = &service.of_address("192.0.2.9", "logins#").await[0];
    assert_eq!(attempts["m_0"], 0);
    let names = attempts.as_object().expect("an item").keys();
    let names: Vec<_> = names.filter(|name| name.starts_with('a')).collect();
    assert_eq!(names, [""; 0], "of no account anything is counted");
}

#[tokio::test]
async fn attempts_at_the_old_password_are_counted_too() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let change = |old: &str| {
        let fields = [
            ("password_old", old),
            ("password", "654321"),
            ("password_again", "654321"),
        ];
        service
            .post("/api/v1/account/change_password")
            .form(&fields)
            .cookie(&token)
    };
    for _ in 0..10 {
        let reply = change("wrong").await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "当前密码不正确"})
        );
    }
    assert_eq!(change("123456").await.body["retry_after"], 600);
}
