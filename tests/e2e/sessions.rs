//! One session store under both families: who is let in by which token.

mod carried;
mod ends;

use serde_json::{Value, json};
use tests::catalogue::{self, Authentication, Endpoint, Family};

use crate::support::{Reply, RequestBuilder, Service, rageframe_refusal};

const DAY: i64 = 86_400;
const CURRENT: &str = "/api/v1/account/current";

/// Every endpoint that refuses whoever has no session.
fn authenticated() -> impl Iterator<Item = &'static Endpoint> {
    catalogue::all().filter(|endpoint| endpoint.needs_session())
}

fn change() -> &'static Endpoint {
    catalogue::find("POST", "/api/v1/account/change_password")
}

/// A request that is valid with a token.
fn request(service: &Service, endpoint: &Endpoint) -> RequestBuilder {
    let request = endpoint.request_with(&[], None, |value| value.example().to_owned());
    service.begin(&request)
}

/// Holds a refusal against what the endpoint's family says without a session.
fn assert_refused(service: &Service, endpoint: &Endpoint, reply: &Reply, rageframe: &str) {
    let path = endpoint.path;
    let refusal = match endpoint.family {
        Family::RageFrame => rageframe_refusal(401, rageframe, service.now()),
        Family::Youhaosuda | Family::Page | Family::Operator => {
            json!({"code": 212, "message": "请先登录"})
        }
    };
    assert_eq!(reply.body, refusal, "{path}");
    assert_eq!(reply.cookie(), None, "{path}");
}

async fn current(service: &Service, token: &str) -> Value {
    let reply = service.get(CURRENT).bearer(token).await;
    assert_eq!(reply.body["code"], 200);
    reply.body["customer"].clone()
}

fn access(session: &Value) -> &str {
    session["access_token"].as_str().expect("a token")
}

#[tokio::test]
async fn every_other_endpoint_asks_nobody_to_log_in() {
    let service = Service::start().await;
    for endpoint in catalogue::all().filter(|endpoint| !endpoint.needs_session()) {
        let reply = request(&service, endpoint).await;
        let code = service.last_line().code;
        let is_refused = match endpoint.authentication {
            // An unknown refresh token has the code of an unknown access token.
            Authentication::RefreshToken => false,
            _ => [401, 212].contains(&code),
        };
        assert!(!is_refused, "{}: {}", endpoint.path, reply.body);
    }
}

#[tokio::test]
async fn no_wrong_expired_or_revoked_token_is_let_in_anywhere() {
    let service = Service::start().await;
    let browser = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let expired = access(&session).to_owned();
    let refresh = session["refresh_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    service.advance(2 * DAY);
    let revoked = access(&service.login("yhsduser", "wechat").await).to_owned();
    let logout = format!("/v2/customer/account/logout?access-token={revoked}");
    assert_eq!(service.post(&logout).await.body["code"], 200);
    let mut wrong = access(&service.login("yhsduser", "wechat").await).to_owned();
    let swapped = if &wrong[20..21] == "A" { "B" } else { "A" };
    wrong.replace_range(20..21, swapped);

    let dead = "您的登录已经失效，请重新登录";
    let over = "您的登录验证已经过期，请重新登录";
    let before = service.dump().await;
    for endpoint in authenticated() {
        assert_refused(&service, endpoint, &request(&service, endpoint).await, dead);
        for token in [
            wrong.as_str(),
            &revoked,
            &refresh,
            "rubbish",
            &browser[..30],
        ] {
            let reply = request(&service, endpoint).bearer(token).await;
            assert_refused(&service, endpoint, &reply, dead);
        }
    }
    assert_eq!(service.dump().await, before);
    for token in ["", &wrong, &revoked, &expired, &refresh] {
        assert_eq!(current(&service, token).await, Value::Null);
    }
    for endpoint in authenticated() {
        let reply = request(&service, endpoint).bearer(&expired).await;
        assert_refused(&service, endpoint, &reply, over);
    }
    assert_eq!(
        service.dump().await,
        before,
        "an expired access token ends nothing"
    );
    assert_ne!(current(&service, &browser).await, Value::Null);
}

#[tokio::test]
async fn a_session_of_either_family_is_served_by_both() {
    for endpoint in authenticated() {
        let service = Service::start().await;
        let browser = service.register("yhsduser").await;
        let session = service.login("yhsduser", "app").await;
        for token in [access(&session), &browser] {
            let reply = request(&service, endpoint).bearer(token).await;
            // A changed password has ended the second session.
            let ended = endpoint.path == change().path && token == browser;
            let code = if ended { 212 } else { 200 };
            assert_eq!(
                reply.body["code"], code,
                "{}: {}",
                endpoint.path, reply.body
            );
        }
    }
}

#[tokio::test]
async fn current_without_a_session_is_nobody_and_no_refusal() {
    let service = Service::start().await;
    let nobody = json!({"code": 200, "message": "", "customer": null});
    assert_eq!(service.get(CURRENT).await.body, nobody);
    assert_eq!(service.get(CURRENT).cookie("rubbish").await.body, nobody);
}
