//! Guessing passwords: how often, from where, and that nobody can lock the owner out.

use serde_json::json;

use crate::support::{Reply, Service, rageframe_refusal};

async fn guess(service: &Service, account: &str, password: &str, address: &str) -> Reply {
    service.log_in(account, password).from(address).await
}

/// Whether the owner gets in.
async fn lets_in(service: &Service, address: &str) -> bool {
    let reply = guess(service, "yhsduser", "123456", address).await;
    reply.body["code"] == 200
}

#[tokio::test]
async fn the_eleventh_guess_in_ten_minutes_is_not_compared() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for left in (0..10).rev() {
        let reply = guess(&service, "yhsduser", "wrong", "192.0.2.9").await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "账号或密码不正确", "attempts_left": left})
        );
        service.advance(10);
    }
    let before = service.dump().await;
    let reply = guess(&service, "yhsduser", "123456", "192.0.2.9").await;
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
    let reply = guess(&service, "yhsduser", "123456", "192.0.2.9").await;
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
            guess(&service, "yhsduser", "wrong", "192.0.2.9").await;
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
            guess(&service, account, "wrong", "192.0.2.9").await;
        }
        let reply = guess(&service, account, "wrong", "192.0.2.9").await;
        assert_eq!(reply.body["retry_after"], 600);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_guesses_count() {
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
    let guesses = service.items("address#192.0.2.9", "guesses").await;
    assert_eq!(guesses[0]["all"].as_array().map(Vec::len), Some(10));
    assert_eq!(service.items("login#", "login").await[0]["failures"], 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_right_password_among_parallel_guesses_elsewhere_gets_in() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let guesses: Vec<_> = (0..30)
        .map(|_| {
            let request = service.log_in("yhsduser", "wrong");
            tokio::spawn(request.from("192.0.2.9").into_future())
        })
        .collect();
    let owner = guess(&service, "yhsduser", "123456", "192.0.2.10").await;
    assert_eq!(owner.body["code"], 200, "{}", owner.body);
    for guess in guesses {
        assert_eq!(guess.await.expect("an answer").body["code"], 201);
    }
}

#[tokio::test]
async fn an_address_fails_at_most_sixty_times_a_minute_over_all_accounts() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for number in 0..60 {
        let reply = guess(&service, &format!("user{number}"), "wrong", "192.0.2.9").await;
        assert_eq!(reply.body["attempts_left"], 9);
    }
    service.advance(59);
    let reply = guess(&service, "yhsduser", "123456", "192.0.2.9").await;
    assert_eq!(reply.body["retry_after"], 1);
    service.advance(1);
    assert!(lets_in(&service, "192.0.2.9").await);
}

#[tokio::test]
async fn successes_do_not_count_against_a_shared_address() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for _ in 0..100 {
        assert!(lets_in(&service, "192.0.2.9").await);
    }
    let guesses = service.items("address#192.0.2.9", "guesses").await;
    assert_eq!(guesses[0]["all"], json!([]));
}

#[tokio::test]
async fn what_is_remembered_of_a_guessing_address_stays_small() {
    let service = Service::start().await;
    for minute in 0..14 {
        for number in 0..15 {
            guess(
                &service,
                &format!("user{minute}x{number}"),
                "wrong",
                "192.0.2.9",
            )
            .await;
        }
        service.advance(60);
    }
    let guesses = service.items("address#192.0.2.9", "guesses").await;
    let lists = guesses[0].as_object().expect("an item").values();
    let times: usize = lists
        .filter_map(|value| value.as_array().map(Vec::len))
        .sum();
    // Ten minutes of fifteen guesses, each remembered for its account and for the address.
    assert!(times <= 330, "{times}");
}

#[tokio::test]
async fn an_account_under_attack_allows_each_address_one_try() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for number in 0..100 {
        let address = format!("198.51.100.{}", number / 10);
        guess(&service, "yhsduser", "wrong", &address).await;
    }
    let stranger = guess(&service, "yhsduser", "wrong", "203.0.113.1").await;
    assert_eq!(stranger.body["attempts_left"], 0);
    service.advance(60);
    let stranger = guess(&service, "yhsduser", "123456", "203.0.113.1").await;
    assert_eq!(stranger.body["retry_after"], 540, "{}", stranger.body);
    let owner = guess(&service, "yhsduser", "123456", "203.0.113.2").await;
    assert_eq!(
        owner.body["code"], 200,
        "a correct password from a fresh address gets in"
    );

    service.advance(539);
    let stranger = guess(&service, "yhsduser", "123456", "203.0.113.1").await;
    assert_eq!(
        stranger.body["retry_after"], 1,
        "a refused try does not prolong the wait"
    );
    service.advance(1);
    let stranger = guess(&service, "yhsduser", "wrong", "203.0.113.1").await;
    assert_eq!(stranger.body["attempts_left"], 0);
    service.advance(3000);
    let stranger = guess(&service, "yhsduser", "wrong", "203.0.113.1").await;
    assert_eq!(
        stranger.body["attempts_left"], 9,
        "an hour after the first the guard is off"
    );
}

#[tokio::test]
async fn guesses_at_the_old_password_are_counted_too() {
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
