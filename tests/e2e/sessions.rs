//! One session store under both families: who is let in by which token.

mod carried;
mod ends;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    support::{Reply, RequestBuilder, Service, rageframe_refusal},
    template,
};

const DAY: i64 = 86_400;
const CURRENT: &str = "/api/v1/account/current";

/// A route that takes a session, with a body that is good with one.
type Taking = (&'static str, &'static str, &'static str);

const CHANGE: Taking = (
    "POST",
    "/api/v1/account/change_password",
    "password_old=123456&password=123456&password_again=123456",
);

/// Every route that takes a session, and refuses whoever has none.
const AUTHENTICATED: [Taking; 7] = [
    ("POST", "/v2/customer/account/up-userinfo", "nickname=x"),
    ("POST", "/v2/customer/account/logout", ""),
    ("POST", "/api/v1/account/logout", ""),
    CHANGE,
    ("POST", "/api/v1/account/save", "name=x"),
    ("POST", "/api/v1/account/reward_point_details", ""),
    ("GET", "/api/v1/account/reward_point_details", ""),
];

/// Every other route: it shows nobody, asks for something else than a session, or is the operator's.
const OPEN: [(&str, &str); 20] = [
    ("GET", CURRENT),
    ("POST", "/v1/site/login"),
    ("POST", "/api/v1/account/login"),
    ("POST", "/v1/site/refresh"),
    ("POST", "/v2/customer/account/refresh"),
    ("POST", "/api/v1/account/register_with_user_name"),
    ("POST", "/api/v1/account/register_with_email"),
    ("POST", "/api/v1/account/register_with_mobile"),
    ("POST", "/api/v1/account/send_regist_validate_sms"),
    ("POST", "/api/v1/account/send_reset_validate_sms"),
    ("POST", "/api/v1/account/reset_password_with_mobile"),
    ("POST", "/api/v1/account/reset_password_with_email"),
    ("POST", "/api/v1/account/check_regist_mobile"),
    ("POST", "/api/v1/account/check_reset_mobile"),
    ("GET", "/reset_password"),
    ("POST", "/reset_password"),
    ("GET", "/captcha"),
    ("GET", "/captcha/{file}"),
    ("POST", "/admin/members/{id}/points"),
    ("GET", "/admin/members/{id}/points"),
];

fn request(service: &Service, (method, path, body): Taking) -> RequestBuilder {
    service
        .request(method, path)
        .body("application/x-www-form-urlencoded", body)
}

/// Holds a refusal against what the path's family says without a session.
fn assert_refused(service: &Service, path: &str, reply: &Reply, rageframe: &str) {
    let refusal = if path.starts_with("/v2/") {
        rageframe_refusal(401, rageframe, service.now())
    } else {
        json!({"code": 212, "message": "请先登录"})
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
async fn every_route_takes_a_session_or_is_known_to_be_open() {
    let served = template::all_served(&Service::start().await).into_iter();
    let served = served.map(|(_, method, path)| (method, path));
    let taking = AUTHENTICATED.map(|(method, path, _)| (method, path));
    let known = taking.into_iter().chain(OPEN);
    let known = known.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(known.collect::<BTreeSet<_>>(), served.collect());
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
    for route in AUTHENTICATED {
        assert_refused(&service, route.1, &request(&service, route).await, dead);
        for token in [
            wrong.as_str(),
            &revoked,
            &refresh,
            "rubbish",
            &browser[..30],
        ] {
            let reply = request(&service, route).bearer(token).await;
            assert_refused(&service, route.1, &reply, dead);
        }
    }
    assert_eq!(service.dump().await, before);
    for token in ["", &wrong, &revoked, &expired, &refresh] {
        assert_eq!(current(&service, token).await, Value::Null);
    }
    for route in AUTHENTICATED {
        let reply = request(&service, route).bearer(&expired).await;
        assert_refused(&service, route.1, &reply, over);
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
    for route in AUTHENTICATED {
        let service = Service::start().await;
        let browser = service.register("yhsduser").await;
        let session = service.login("yhsduser", "app").await;
        for token in [access(&session), &browser] {
            let reply = request(&service, route).bearer(token).await;
            // A changed password has ended the second session.
            let ended = route == CHANGE && token == browser;
            let code = if ended { 212 } else { 200 };
            assert_eq!(reply.body["code"], code, "{route:?}: {}", reply.body);
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
