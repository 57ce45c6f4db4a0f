//! How a token is carried, and which of several counts.

use serde_json::json;
use shared::domain::token::{Purpose, Slot, Token};
use tests::catalogue::{Endpoint, parameter::Value};

use super::{CURRENT, DAY, access, authenticated, request};
use crate::support::{Reply, RequestBuilder, Service, rageframe_refusal};

const COOKIE: &str = "_homeland_shop_customer_session";

/// What clients send that have no token, or one that cannot be a good one.
fn rubbish(service: &Service, refresh: &str) -> Vec<String> {
    let mut unknown_group = Token::parse(refresh).expect("a token");
    unknown_group.slot = Slot::Group(999);
    unknown_group.purpose = Purpose::Access;
    assert_eq!(service.app.config.groups.name(999), None);
    let plain = [
        "undefined",
        "null",
        "",
        "x",
        "\"\"",
        "a b",
        "[object Object]",
    ];
    let mut all: Vec<_> = plain.map(str::to_owned).into();
    all.extend([refresh.to_owned(), unknown_group.text()]);
    all
}

#[tokio::test]
async fn every_carrier_of_a_token_works_on_every_route() {
    type Carry = fn(&Service, &Endpoint, &str) -> RequestBuilder;
    let carriers: [Carry; 4] = [
        |service, endpoint, token| request(service, endpoint).bearer(token),
        |service, endpoint, token| request(service, endpoint).header("x-api-key", token),
        |service, endpoint, token| request(service, endpoint).cookie(token),
        |service, endpoint, token| {
            let text = |value: Value| value.example().to_owned();
            let mut request = endpoint.request_with(&[], None, text);
            request.target = format!("{}?access-token={token}", request.target);
            service.begin(&request)
        },
    ];
    for carry in carriers {
        for endpoint in authenticated() {
            let service = Service::start().await;
            let token = service.register("yhsduser").await;
            let reply = carry(&service, endpoint, &token).await;
            assert_eq!(reply.body["code"], 200, "{}: {}", endpoint.path, reply.body);
        }
    }
}

#[tokio::test]
async fn carriers_are_taken_in_the_documented_order() {
    let service = Service::start().await;
    let good = service.register("yhsduser").await;
    let other = service.register("another").await;
    let path = format!("{CURRENT}?access-token={other}");
    let name = |reply: Reply| reply.body["customer"]["uname"].clone();
    assert_eq!(name(service.get(&path).await), "another");
    assert_eq!(name(service.get(&path).cookie(&good).await), "yhsduser");
    let reply = service
        .get(&path)
        .cookie(&other)
        .header("x-api-key", &good)
        .await;
    assert_eq!(name(reply), "yhsduser");
    let reply = service
        .get(&path)
        .cookie(&other)
        .header("x-api-key", &other)
        .bearer(&good)
        .await;
    assert_eq!(name(reply), "yhsduser");
    let reply = service
        .get(&path)
        .header("authorization", "Basic dTpw")
        .await;
    assert_eq!(name(reply), "another", "what holds no token is passed over");
}

#[tokio::test]
async fn what_cannot_be_a_token_is_passed_over_wherever_it_stands() {
    let service = Service::start().await;
    let good = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let refresh = session["refresh_token"].as_str().expect("a token");
    for bad in rubbish(&service, refresh) {
        let query = form_urlencoded::byte_serialize(bad.as_bytes()).collect::<String>();
        let in_query = format!("{CURRENT}?access-token={query}");
        for request in [
            service.get(CURRENT).bearer(&bad).cookie(&good),
            service.get(CURRENT).header("x-api-key", &bad).cookie(&good),
            service.get(CURRENT).cookie(&bad).cookie(&good),
            service.get(CURRENT).cookie(&good).cookie(&bad),
            service
                .get(CURRENT)
                .header("cookie", &format!("{COOKIE}={bad}; {COOKIE}={good}")),
            service.get(&in_query).cookie(&good),
            service.get(&in_query).bearer(&good),
            service
                .get(&format!("{in_query}&access-token={good}"))
                .header("x-api-key", &bad),
        ] {
            let reply = request.await;
            assert_eq!(reply.body["customer"]["uname"], "yhsduser", "{bad}");
            let usage = service.spent();
            assert_eq!((usage.trips, usage.calls), (1, 1), "{bad}: {usage:?}");
        }
    }
}

#[tokio::test]
async fn the_first_of_several_tokens_that_leads_to_a_live_session_counts() {
    let service = Service::start().await;
    let good = service.register("yhsduser").await;
    let other = service.register("another").await;
    let dead = service.browser("yhsduser").await;
    let out = service.post("/api/v1/account/logout").cookie(&dead).await;
    assert_eq!(out.body["code"], 200);
    let name = |reply: Reply| reply.body["customer"]["uname"].clone();
    let several = |first: &str, second: &str| {
        service
            .get(&format!("{CURRENT}?access-token={other}"))
            .header("cookie", &format!("{COOKIE}={first}; {COOKIE}={second}"))
    };
    assert_eq!(name(several(&dead, &good).await), "yhsduser");
    assert_eq!(
        service.spent().trips,
        2,
        "one more read, as the first is dead"
    );
    assert_eq!(name(several(&good, &dead).await), "yhsduser");
    assert_eq!(service.spent().trips, 1);
    assert_eq!(name(several(&dead, &dead).await), "another");
    assert_eq!(service.spent().trips, 2);
    assert_eq!(service.spent().calls, 2);
}

#[tokio::test]
async fn at_most_five_tokens_are_tried() {
    let service = Service::start().await;
    let good = service.register("yhsduser").await;
    let mut dead = Vec::new();
    for _ in 0..5 {
        let token = service.browser("yhsduser").await;
        service.post("/api/v1/account/logout").cookie(&token).await;
        dead.push(format!("{COOKIE}={token}"));
    }
    let current = |tokens: &[String]| {
        let line = format!("{}; {COOKIE}={good}", tokens.join("; "));
        service.get(CURRENT).header("cookie", &line)
    };
    let customer = |reply: Reply| reply.body["customer"].clone();
    assert!(customer(current(&dead[1..]).await).is_object());
    assert!(service.spent().read_units <= 10.0);
    assert!(customer(current(&dead).await).is_null());
}

#[tokio::test]
async fn of_several_dead_tokens_one_that_has_expired_says_so() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let expired = service.login("yhsduser", "app").await;
    service.advance(2 * DAY);
    let ended = service.login("yhsduser", "wechat").await;
    service.login("yhsduser", "wechat").await;
    let up = || {
        let up = service.post("/v2/customer/account/up-userinfo");
        up.form(&[("nickname", "x")])
    };
    let unknown = rageframe_refusal(401, "您的登录已经失效，请重新登录", service.now());
    assert_eq!(up().bearer(access(&ended)).await.body, unknown);
    let over = rageframe_refusal(401, "您的登录验证已经过期，请重新登录", service.now());
    for (first, second) in [(&ended, &expired), (&expired, &ended)] {
        let request = up()
            .bearer(access(first))
            .header("x-api-key", access(second));
        assert_eq!(request.await.body, over);
    }
}

#[tokio::test]
async fn a_logout_with_several_tokens_ends_the_live_one() {
    let service = Service::start().await;
    let changing = service.register("yhsduser").await;
    let dead = service.browser("yhsduser").await;
    let change = service
        .post("/api/v1/account/change_password")
        .cookie(&changing);
    let change = change.json(json!({
        "password_old": "123456", "password": "654321", "password_again": "654321",
    }));
    assert_eq!(change.await.body["code"], 200);
    let live = service.log_in("yhsduser", "654321").await.cookie();
    let live = live.expect("a session");
    let out = service.post("/api/v1/account/logout");
    let header = format!("{COOKIE}={dead}; {COOKIE}={live}");
    let reply = out.header("cookie", &header).await;
    assert_eq!(reply.body, json!({"code": 200, "message": ""}));
    assert!(!service.is_live(&live).await);
    let again = service
        .post("/api/v1/account/logout")
        .header("cookie", &header);
    assert_eq!(again.await.body["code"], 212);
}

#[tokio::test]
async fn a_page_of_points_is_of_the_member_whose_token_counts() {
    let service = Service::start().await;
    let mine = service.holder("points-holder").await;
    let theirs = service.holder("another-holder").await;
    service.given(mine.id, "mine", 5).await;
    service.given(theirs.id, "theirs", 7).await;
    let details = || service.get("/api/v1/account/reward_point_details");
    let out = service.post("/api/v1/account/logout").cookie(&theirs.token);
    let expected = details().cookie(&mine.token).await.body;
    let both = |first: &str, second: &str| {
        let line = format!("{COOKIE}={first}; {COOKIE}={second}");
        details().header("cookie", &line)
    };
    assert_eq!(both(&mine.token, &theirs.token).await.body, expected);
    assert_eq!(out.await.body["code"], 200);
    assert_eq!(both(&theirs.token, &mine.token).await.body, expected);
}
