//! `GET /captcha`, its pictures, and redeeming one.

use std::sync::Arc;

use huiyuan::{inbox::Inbox, inspect};
use registration::captcha::{Captchas, Redeemed, Wrong};
use serde_json::{Value, json};
use shared::{base::clock::Clock, telemetry::usage};

use crate::support::{Reply, Service, request::RequestBuilder};

fn captchas(service: &Service) -> Captchas {
    service.registration.captchas().clone()
}

async fn issue(service: &Service) -> String {
    let reply = service.get("/captcha").await;
    reply.body["id"].as_str().expect("an id").to_owned()
}

/// What a captcha says, as a developer and a test learn it.
async fn reveal(service: &Service, id: &str) -> Reply {
    let inbox = Inbox::new(Clock::system());
    let router = inspect::router(inbox, captchas(service));
    RequestBuilder::new(router, "GET", &format!("/_local/captchas/{id}")).await
}

async fn value(service: &Service, id: &str) -> String {
    let reply = reveal(service, id).await;
    reply.body["value"].as_str().expect("a value").to_owned()
}

#[tokio::test]
async fn a_captcha_is_issued_as_json_and_writes_nothing() {
    let service = Service::start().await;
    let reply = service.get("/captcha").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["cache-control"], "no-store");
    let id = reply.body["id"].as_str().unwrap();
    assert_eq!(reply.body, json!({"id": id, "path": format!("/{id}.png")}));
    let picture = service.get(&format!("/captcha/{id}.png")).await;
    assert_eq!(picture.status, 200);
    assert_eq!(service.dump().await, [] as [Value; 0]);
    assert!(service.take_sent().is_empty());
    assert_ne!(issue(&service).await, id);
}

#[tokio::test]
async fn a_script_tag_gets_a_call_of_its_callback() {
    let service = Service::start().await;
    for callback in ["cb", "jQuery1113_1700000000001", "shop.captcha.$cb"] {
        let reply = service
            .get(&format!("/captcha?callback={callback}&_=1"))
            .await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.headers["content-type"],
            "application/javascript; charset=utf-8"
        );
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        let script = String::from_utf8(reply.bytes).unwrap();
        let json = script.strip_prefix(callback).unwrap();
        let json = json.strip_prefix('(').unwrap().strip_suffix(')').unwrap();
        let issued: Value = serde_json::from_str(json).unwrap();
        let id = issued["id"].as_str().unwrap();
        assert_eq!(issued, json!({"id": id, "path": format!("/{id}.png")}));
    }
}

#[tokio::test]
async fn a_callback_that_could_be_a_script_of_its_own_is_refused() {
    let service = Service::start().await;
    let long = "x".repeat(65);
    for callback in [
        "",
        "alert(1)//",
        "a%0a",
        "a.",
        "1a",
        "a[0]",
        "%3Cscript%3E",
        "%E5%9B%9E%E8%B0%83",
        "a&callback=b",
        &long,
    ] {
        let reply = service.get(&format!("/captcha?callback={callback}")).await;
        assert_eq!(reply.status, 200, "{callback}");
        assert_eq!(reply.headers["content-type"], "application/json");
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "callback格式不正确"}),
            "{callback}"
        );
    }
    let reply = service.get("/captcha?callback=%ff").await;
    assert_eq!(reply.body["code"], 201);
}

#[tokio::test]
async fn the_picture_is_the_same_for_the_same_captcha_alone() {
    let service = Service::start().await;
    let id = issue(&service).await;
    let path = format!("/captcha/{id}.png");
    let first = service.get(&path).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.headers["content-type"], "image/png");
    assert_eq!(first.headers["cache-control"], "no-store");
    assert!(first.bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(service.last_line().code, 200);
    assert_eq!(service.get(&path).await.bytes, first.bytes);
    let other = issue(&service).await;
    let other = service.get(&format!("/captcha/{other}.png")).await;
    assert_ne!(other.bytes, first.bytes);
}

#[tokio::test]
async fn there_is_no_picture_of_an_unknown_or_expired_captcha() {
    let service = Service::start().await;
    let id = issue(&service).await;
    let other_key = "0".repeat(64).parse().expect("a key");
    let elsewhere = Service::sending(|config| config.captcha_key = other_key).await;
    let foreign = issue(&elsewhere).await;
    service.advance(299);
    assert_eq!(service.get(&format!("/captcha/{id}.png")).await.status, 200);
    service.advance(1);
    let long = "A".repeat(4000);
    for file in [
        format!("{id}.png"),
        format!("{foreign}.png"),
        issue(&service).await,
        format!("{}.jpg", issue(&service).await),
        format!("{}.png", &issue(&service).await[1..]),
        format!("{long}.png"),
        ".png".to_owned(),
        "%ff.png".to_owned(),
        "%00.png".to_owned(),
        "%E4%BC%9A.png".to_owned(),
        "..%2f..%2fetc%2fpasswd.png".to_owned(),
        "a/b.png".to_owned(),
    ] {
        let reply = service.get(&format!("/captcha/{file}")).await;
        assert_eq!(reply.status, 404, "{file}");
        assert_eq!(reply.body, json!({"message": "Not Found"}), "{file}");
    }
    assert!(service.take_sent().is_empty());
}

#[tokio::test]
async fn a_test_may_read_a_captcha_until_it_expires() {
    let service = Service::start().await;
    let id = issue(&service).await;
    let reply = reveal(&service, &id).await;
    assert_eq!(reply.status, 200);
    let value = reply.body["value"].as_str().unwrap();
    assert_eq!(reply.body, json!({"value": value}));
    assert_eq!(value.len(), 5);
    assert!(!value.contains(['0', 'O', 'o', '1', 'I', 'i', 'L', 'l']));
    service.advance(300);
    assert_eq!(reveal(&service, &id).await.status, 404);
    assert_eq!(reveal(&service, "rubbish").await.status, 404);
}

#[tokio::test]
async fn a_captcha_is_solved_once_with_letters_in_either_case() {
    let service = Service::start().await;
    let captchas = captchas(&service);
    let id = issue(&service).await;
    let (_, spent) = usage::measure(captchas.redeem(&id, &value(&service, &id).await)).await;
    assert!(spent.trips == 1 && spent.write_units <= 1.0, "{spent:?}");
    for change in [str::to_owned, str::to_lowercase, |text: &str| {
        format!(" {text}\n")
    }] {
        let id = issue(&service).await;
        let answer = change(&value(&service, &id).await);
        let redeemed = captchas.redeem(&id, &answer).await.unwrap();
        assert_eq!(redeemed, Redeemed::Solved, "{answer}");
        let again = captchas.redeem(&id, &answer).await.unwrap();
        assert_eq!(again, Redeemed::Wrong(Wrong::Closed));
    }
    let items = service.items("captcha#", "").await;
    assert_eq!(items.len(), 4);
    assert!(
        items
            .iter()
            .all(|item| item["expires_at"] == service.now() + 300)
    );
}

#[tokio::test]
async fn of_many_who_solve_it_at_once_one_has() {
    let service = Service::start().await;
    let captchas = Arc::new(captchas(&service));
    let id = issue(&service).await;
    let value = value(&service, &id).await;
    let all = (0..16).map(|_| {
        let (captchas, id, value) = (Arc::clone(&captchas), id.clone(), value.clone());
        tokio::spawn(async move { captchas.redeem(&id, &value).await.unwrap() })
    });
    let mut solved = 0;
    for one in all.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Redeemed::Solved => solved += 1,
            Redeemed::Wrong(why) => assert_eq!(why, Wrong::Closed),
        }
    }
    assert_eq!(solved, 1);
}

#[tokio::test]
async fn a_few_mistakes_are_forgiven_and_no_more() {
    let service = Service::start().await;
    let captchas = captchas(&service);
    let (first, second) = (issue(&service).await, issue(&service).await);
    for (id, mistakes, expected) in [
        (first, 4, Redeemed::Solved),
        (second, 5, Redeemed::Wrong(Wrong::Closed)),
    ] {
        for _ in 0..mistakes {
            let wrong = captchas.redeem(&id, "00000").await.unwrap();
            assert_eq!(wrong, Redeemed::Wrong(Wrong::Mistaken));
        }
        let right = value(&service, &id).await;
        assert_eq!(captchas.redeem(&id, &right).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn an_expired_or_unknown_captcha_is_wrong_and_writes_nothing() {
    let service = Service::start().await;
    let captchas = captchas(&service);
    let id = issue(&service).await;
    let answer = value(&service, &id).await;
    service.advance(300);
    let expired = captchas.redeem(&id, &answer).await.unwrap();
    assert_eq!(expired, Redeemed::Wrong(Wrong::Expired));
    let fresh = issue(&service).await;
    let long = "A".repeat(10_000);
    for rubbish in [
        "",
        " ",
        "A",
        "../..",
        "会员",
        "\0",
        &fresh[1..],
        &format!("{fresh}="),
        &long,
    ] {
        let unknown = captchas.redeem(rubbish, &answer).await.unwrap();
        assert_eq!(unknown, Redeemed::Wrong(Wrong::Unknown), "{rubbish}");
    }
    assert!(service.take_sent().is_empty());
    for rubbish in ["", "会员会员会", &long] {
        let mistaken = captchas.redeem(&fresh, rubbish).await.unwrap();
        assert_eq!(mistaken, Redeemed::Wrong(Wrong::Mistaken));
    }
    assert_eq!(service.take_sent().len(), 3);
}
