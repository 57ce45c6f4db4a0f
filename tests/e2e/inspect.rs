//! `/_local`: what was sent, as a developer sees it.

use axum::Router;
use huiyuan::{
    aws::messengers,
    inbox::Inbox,
    inspect::{self, captchas::IssuedCaptchas},
};
use serde_json::{Value, json};
use shared::{
    aws::Aws,
    base::clock::{Clock, Time},
};

use crate::{
    embedded_aws::{send_mail, sns},
    support::{Reply, START, Service, inbox::serve, request::RequestBuilder},
};

async fn inspect(inbox: Inbox) -> Router {
    let service = Service::start().await;
    inspect::router(inbox, service.registration.captchas().clone())
}

async fn get(router: &Router, path: &str) -> Reply {
    RequestBuilder::new(router.clone(), "GET", path).await
}

#[tokio::test]
async fn the_inbox_is_read_newest_first_and_by_recipient() {
    let clock = Clock::frozen(Time::from_seconds(START));
    let inbox = Inbox::new(clock.clone());
    let endpoint = serve(messengers(inbox.clone())).await;
    let aws = Aws::embedded(&endpoint);
    let router = inspect(inbox).await;

    let publish = sns(&aws).publish().phone_number("+8613700000001");
    let sms = publish.message("hello").send().await.unwrap();
    clock.advance(60);
    let html = "<p>hello</p>";
    let mail = send_mail(&aws, "zoe@example.com", None, Some(html)).await;

    let sms = json!({
        "id": sms.message_id,
        "channel": "sms",
        "to": "+8613700000001",
        "subject": null,
        "body": "hello",
        "sent_at": "2030-06-15T12:00:00.000+08:00",
    });
    let mail = json!({
        "id": mail,
        "channel": "mail",
        "to": "zoe@example.com",
        "subject": "重置密码 · Reset your password",
        "body": html,
        "sent_at": "2030-06-15T12:01:00.000+08:00",
    });
    let none: [Value; 0] = [];
    for (query, expected) in [
        ("", json!([mail, sms])),
        ("?to=", json!([mail, sms])),
        ("?to=%2B8613700000001", json!([sms])),
        ("?to=+8613700000001", json!([sms])),
        ("?to=13700000001", json!([sms])),
        ("?to=137-0000%200001", json!([sms])),
        ("?to=0001", json!([sms])),
        ("?to=Zoe@example.com", json!([mail])),
        ("?to=%EF%BC%BAOE", json!([mail])),
        ("?to=13700000002", json!(none)),
    ] {
        let reply = get(&router, &format!("/_local/messages{query}")).await;
        assert_eq!(reply.status, 200);
        let expected = json!({"messages": expected, "total": 2});
        assert_eq!(reply.body, expected, "{query}");
    }
    let id = mail["id"].as_str().unwrap();
    let shown = get(&router, &format!("/_local/messages/{id}")).await;
    assert_eq!(shown.bytes, html.as_bytes());
    assert!(
        shown.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("sandbox")
    );
    let id = sms["id"].as_str().unwrap();
    assert_eq!(
        get(&router, &format!("/_local/messages/{id}")).await.status,
        404
    );
}

#[tokio::test]
async fn captchas_are_listed_with_their_values_as_long_as_they_can_be_answered() {
    let service = Service::start().await;
    let captchas = service.registration.captchas().clone();
    let issued = IssuedCaptchas::new(service.app.clock.clone(), captchas);
    let functions = huiyuan::service::router(&service.app, &service.registration);
    let functions = issued.of(functions);
    let router = issued.router();
    let issue = async |path: &str| {
        let reply = service.get(path).through(&functions).await;
        let text = String::from_utf8(reply.bytes).unwrap();
        let (_, id) = text.split_once("\"id\":\"").expect("an id");
        id.split_once('"').expect("its end").0.to_owned()
    };
    let list = async || get(&router, "/_local/captchas").await.body;
    let none: [Value; 0] = [];
    assert_eq!(list().await, json!({ "captchas": none }));
    let first = issue("/captcha").await;
    service.app.clock.advance(299);
    let second = issue("/captcha?callback=show").await;
    service.get("/captcha/x.png").through(&functions).await;
    let shown = list().await;
    let ids = [&shown["captchas"][0]["id"], &shown["captchas"][1]["id"]];
    assert_eq!(ids, [&json!(second), &json!(first)]);
    service.app.clock.advance(1);
    let value = service.registration.captchas().reveal(&second);
    let second = json!({
        "id": second,
        "value": value.unwrap(),
        "issued_at": "2030-06-15T12:04:59.000+08:00",
    });
    assert_eq!(list().await, json!({ "captchas": [second] }));
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let router = inspect(Inbox::new(Clock::system())).await;
    for (path, media_type) in [
        ("/_local/", "text/html; charset=utf-8"),
        ("/_local/page.css", "text/css; charset=utf-8"),
        ("/_local/page.js", "text/javascript; charset=utf-8"),
    ] {
        let reply = get(&router, path).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["content-type"], media_type);
        let text = String::from_utf8(reply.bytes).unwrap();
        for elsewhere in ["http://", "https://", "url(", "@import", "src=\"//"] {
            assert!(!text.contains(elsewhere), "{path} {elsewhere}");
        }
    }
    for path in ["/", "/_local"] {
        let reply = get(&router, path).await;
        assert_eq!(reply.status, 307);
        assert_eq!(reply.headers["location"], "/_local/");
    }
}

#[tokio::test]
async fn the_functions_know_nothing_of_it() {
    let service = Service::start().await;
    for path in [
        "/_local",
        "/_local/",
        "/_local/messages",
        "/_local/captchas/x",
        "/_local/clock",
    ] {
        assert_eq!(service.get(path).await.status, 404, "{path}");
    }
}
