//! `/_local`: what was sent, as a developer sees it.

use axum::Router;
use huiyuan::{aws::messengers, inbox::Inbox, inspect};
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
        ("?to=Zoe@example.com", json!([mail])),
        ("?to=13700000002", json!(none)),
    ] {
        let reply = get(&router, &format!("/_local/messages{query}")).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body, json!({"messages": expected}), "{query}");
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
async fn the_page_loads_nothing_from_elsewhere() {
    let router = inspect(Inbox::new(Clock::system())).await;
    let reply = get(&router, "/_local/").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["content-type"], "text/html; charset=utf-8");
    let page = String::from_utf8(reply.bytes).unwrap();
    for elsewhere in ["http://", "https://", "url(", "@import", "src=\""] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
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
    ] {
        assert_eq!(service.get(path).await.status, 404, "{path}");
    }
}
