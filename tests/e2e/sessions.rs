//! One session store under both families: who is let in by which token, carried how, and for how
//! long.

use serde_json::{Value, json};

use shared::{member::MemberId, rules::session, token::Slot};

use crate::support::{Reply, RequestBuilder, Service, rageframe_refusal};

const DAY: i64 = 86_400;
const CURRENT: &str = "/api/v1/account/current";

/// Every route of the service that takes a session, with a body that is good with one.
const AUTHENTICATED: [(&str, &str); 6] = [
    ("/v2/customer/account/up-userinfo", "nickname=x"),
    ("/v2/customer/account/logout", ""),
    ("/api/v1/account/logout", ""),
    (
        "/api/v1/account/change_password",
        "password_old=123456&password=123456&password_again=123456",
    ),
    ("/api/v1/account/save", "name=x"),
    ("/api/v1/account/reward_point_details", ""),
];

fn request(service: &Service, path: &str, body: &str) -> RequestBuilder {
    service
        .post(path)
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
    for (path, body) in AUTHENTICATED {
        assert_refused(&service, path, &request(&service, path, body).await, dead);
        for token in [
            wrong.as_str(),
            &revoked,
            &refresh,
            "rubbish",
            &browser[..30],
        ] {
            let reply = request(&service, path, body).bearer(token).await;
            assert_refused(&service, path, &reply, dead);
        }
    }
    assert_eq!(service.dump().await, before);
    for token in ["", &wrong, &revoked, &expired, &refresh] {
        assert_eq!(current(&service, token).await, Value::Null);
    }
    for (path, body) in AUTHENTICATED {
        let reply = request(&service, path, body).bearer(&expired).await;
        assert_refused(&service, path, &reply, over);
    }
    assert_eq!(
        service.dump().await,
        before,
        "an expired access token ends nothing"
    );
    assert_ne!(current(&service, &browser).await, Value::Null);
}

#[tokio::test]
async fn no_token_from_before_a_change_of_the_password_is_let_in() {
    // A logout does not read the member, so it tells a session that has ended already from a live
    // one only where it is gone. It may be said twice, and changes nothing for anybody.
    let excepted = |path: &str| path.ends_with("/logout");
    let service = Service::start().await;
    let changing = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let fields = [("account", "yhsduser"), ("password", "123456")];
    let other = service
        .post("/api/v1/account/login")
        .form(&fields)
        .await
        .cookie();
    let other = other.expect("a cookie");
    let (path, body) = AUTHENTICATED[3];
    assert_eq!(
        request(&service, path, body).bearer(&changing).await.body["code"],
        200
    );
    for (path, body) in AUTHENTICATED {
        let reply = request(&service, path, body).bearer(&changing).await;
        assert_refused(&service, path, &reply, "您的登录已经失效，请重新登录");
        for token in [access(&session), &other] {
            let reply = request(&service, path, body).bearer(token).await;
            if excepted(path) {
                assert!([200, 212, 401].contains(&reply.body["code"].as_u64().expect("a code")));
            } else {
                assert_refused(&service, path, &reply, "您的登录已经失效，请重新登录");
            }
        }
    }
}

#[tokio::test]
async fn a_login_that_a_change_of_the_password_overtook_harms_no_session() {
    let service = Service::start().await;
    let changing = service.register("yhsduser").await;
    let id = service.items("member#", "member").await[0]["id"].as_u64();
    let id = MemberId::new(id.expect("a number")).expect("a member's number");
    let overtaken = session::for_group(&service.app, Slot::Group(0), id, 0);
    let (path, body) = AUTHENTICATED[3];
    assert_eq!(
        request(&service, path, body).bearer(&changing).await.body["code"],
        200
    );
    let owner = service.login("yhsduser", "app").await;
    let store = &service.app.store;
    let stored = store.put_session(&overtaken.key, &overtaken.session).await;
    assert!(!stored.expect("the table answers"));
    assert_ne!(current(&service, access(&owner)).await, Value::Null);
}

#[tokio::test]
async fn a_session_of_either_family_is_served_by_both() {
    for (path, body) in AUTHENTICATED {
        let service = Service::start().await;
        let browser = service.register("yhsduser").await;
        let session = service.login("yhsduser", "app").await;
        for token in [access(&session), &browser] {
            let reply = request(&service, path, body).bearer(token).await;
            // A changed password has ended the second session.
            let ended = path.ends_with("change_password") && token == browser;
            let code = if ended { 212 } else { 200 };
            assert_eq!(reply.body["code"], code, "{path}: {}", reply.body);
        }
    }
}

#[tokio::test]
async fn every_carrier_of_a_token_works_on_every_route() {
    type Carry = fn(&Service, &str, &str, &str) -> RequestBuilder;
    let carriers: [Carry; 4] = [
        |service, path, body, token| request(service, path, body).bearer(token),
        |service, path, body, token| request(service, path, body).header("x-api-key", token),
        |service, path, body, token| request(service, path, body).cookie(token),
        |service, path, body, token| {
            request(service, &format!("{path}?access-token={token}"), body)
        },
    ];
    for carry in carriers {
        for (path, body) in AUTHENTICATED {
            let service = Service::start().await;
            let token = service.register("yhsduser").await;
            let reply = carry(&service, path, body, &token).await;
            assert_eq!(reply.body["code"], 200, "{path}: {}", reply.body);
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
async fn a_login_ends_the_groups_earlier_session_and_no_other() {
    let service = Service::start().await;
    let first_browser = service.register("yhsduser").await;
    let fields = [("account", "yhsduser"), ("password", "123456")];
    let second_browser = service
        .post("/api/v1/account/login")
        .form(&fields)
        .await
        .cookie();
    let app = service.login("yhsduser", "app").await;
    let wechat = service.login("yhsduser", "wechat").await;
    let app_again = service.login("yhsduser", "app").await;
    assert_eq!(current(&service, access(&app)).await, Value::Null);
    for token in [
        access(&app_again),
        access(&wechat),
        &first_browser,
        &second_browser.expect("a cookie"),
    ] {
        assert_ne!(current(&service, token).await, Value::Null);
    }
}

#[tokio::test]
async fn sessions_last_as_long_as_promised() {
    let service = Service::with(|config| config.access_seconds = 7200).await;
    let browser = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    assert_eq!(session["expiration_time"], 7200);
    service.advance(7199);
    assert_ne!(current(&service, access(&session)).await, Value::Null);
    service.advance(1);
    assert_eq!(current(&service, access(&session)).await, Value::Null);
    service.advance(14 * DAY - 7201);
    assert_ne!(current(&service, &browser).await, Value::Null);
    service.advance(1);
    assert_eq!(current(&service, &browser).await, Value::Null);
}

#[tokio::test]
async fn a_logout_holds_and_answers_in_its_family() {
    let service = Service::start().await;
    let browser = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let path = format!(
        "/v2/customer/account/logout?access-token={}",
        access(&session)
    );
    let reply = service.post(&path).await;
    let answer = json!({
        "code": 200, "message": "退出成功", "data": [], "timestamp": service.now(),
    });
    assert_eq!(reply.body, answer);
    assert_eq!(current(&service, access(&session)).await, Value::Null);
    let refresh = session["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "app")];
    let reply = service.post("/v1/site/refresh").form(&fields).await;
    assert_eq!(
        reply.body,
        rageframe_refusal(401, "找不到用户", service.now())
    );

    let reply = service
        .post("/api/v1/account/logout")
        .cookie(&browser)
        .await;
    assert_eq!(reply.body, json!({"code": 200, "message": ""}));
    assert_eq!(
        reply.headers["set-cookie"],
        "_homeland_shop_customer_session=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0"
    );
    assert_eq!(current(&service, &browser).await, Value::Null);
    assert_eq!(
        service.items("member#", "session#").await,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn current_without_a_session_is_nobody_and_no_refusal() {
    let service = Service::start().await;
    let nobody = json!({"code": 200, "message": "", "customer": null});
    assert_eq!(service.get(CURRENT).await.body, nobody);
    assert_eq!(service.get(CURRENT).cookie("rubbish").await.body, nobody);
}
