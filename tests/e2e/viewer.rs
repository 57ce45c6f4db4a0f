//! CloudFront before the gateway: each viewer is limited by itself, and nobody chooses their address.

use shared::base::digest::Digest;

use crate::support::{Reply, Service};

const SECRET: &str = "a-secret-of-CloudFront";

/// One of CloudFront's own addresses, as the gateway sees it.
const EDGE: &str = "203.0.113.1";

async fn service() -> Service {
    let secrets = [SECRET, "the-secret-before-it"].map(|text| Digest::of(text.as_bytes()));
    Service::with(|config| config.origin_secrets = secrets.into()).await
}

/// A wrong password through CloudFront, from a viewer.
async fn fail(service: &Service, secret: &str, viewer: &str) -> Reply {
    let login = service.log_in("yhsduser", "wrong").from(EDGE);
    let login = login.header("x-origin-secret", secret);
    login.header("cloudfront-viewer-address", viewer).await
}

#[tokio::test]
async fn each_viewer_is_limited_by_itself() {
    let service = service().await;
    service.register("yhsduser").await;
    for _ in 0..10 {
        let reply = fail(&service, SECRET, "198.51.100.7:4711").await;
        assert_eq!(reply.body["message"], "账号或密码不正确");
    }
    let line = service.last_line();
    assert_eq!(line.client.as_deref(), Some("198.51.100.0/24"));
    let reply = fail(&service, SECRET, "198.51.100.7:4712").await;
    assert!(reply.body["retry_after"].is_number(), "{}", reply.body);
    for viewer in ["198.51.100.8:4711", "2001:db8::7:4711"] {
        let reply = fail(&service, "the-secret-before-it", viewer).await;
        assert_eq!(reply.body["attempts_left"], 9, "{viewer}");
    }
}

#[tokio::test]
async fn nobody_without_the_secret_chooses_an_address() {
    let service = service().await;
    service.register("yhsduser").await;
    for attempt in 0..10 {
        let viewer = format!("198.51.100.{attempt}:4711");
        let secret = ["", "another-secret-of-mine"][attempt % 2];
        let reply = fail(&service, secret, &viewer).await;
        assert_eq!(reply.body["attempts_left"], 9 - attempt, "{viewer}");
    }
    let line = service.last_line();
    assert_eq!(line.client.as_deref(), Some("203.0.113.0/24"));
    let reply = fail(&service, "another-secret-of-mine", "198.51.100.99:1").await;
    assert!(reply.body["retry_after"].is_number(), "{}", reply.body);
}

#[tokio::test]
async fn without_a_secret_in_the_settings_no_header_is_believed() {
    let service = Service::start().await;
    fail(&service, "", "198.51.100.7:4711").await;
    let line = service.last_line();
    assert_eq!(line.client.as_deref(), Some("203.0.113.0/24"));
}
