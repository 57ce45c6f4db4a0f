//! When a session ends, and which.

use serde_json::{Value, json};

use shared::{
    domain::{member::MemberId, token::Slot},
    rules::session,
};

use super::{DAY, access, assert_refused, authenticated, change, current, request};
use crate::support::{Service, rageframe_refusal};

#[tokio::test]
async fn no_token_from_before_a_change_of_the_password_is_let_in() {
    // A logout does not read the member, so it takes a session that has ended for a live one as long
    // as its item is there: once. It changes nothing for anybody.
    let excepted = |path: &str| path == "/v2/customer/account/logout";
    let service = Service::start().await;
    let changing = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let other = service.browser("yhsduser").await;
    let changed = request(&service, change()).bearer(&changing).await;
    assert_eq!(changed.body["code"], 200);
    for endpoint in authenticated() {
        let reply = request(&service, endpoint).bearer(&changing).await;
        assert_refused(&service, endpoint, &reply, "您的登录已经失效，请重新登录");
        for token in [access(&session), &other] {
            let reply = request(&service, endpoint).bearer(token).await;
            if excepted(endpoint.path) {
                assert_eq!(reply.body["code"], 200);
            } else {
                assert_refused(&service, endpoint, &reply, "您的登录已经失效，请重新登录");
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
    let changed = request(&service, change()).bearer(&changing).await;
    assert_eq!(changed.body["code"], 200);
    let owner = service.log_in_to("app", "yhsduser", "654321").await;
    let owner = owner.body["data"].clone();
    let store = &service.app.store;
    let stored = store
        .sessions()
        .put_session(&overtaken.key, &overtaken.session)
        .await;
    assert!(!stored.expect("the table answers"));
    assert_ne!(current(&service, access(&owner)).await, Value::Null);
}

#[tokio::test]
async fn a_login_ends_the_groups_earlier_session_and_no_other() {
    let service = Service::start().await;
    let first_browser = service.register("yhsduser").await;
    let second_browser = service.browser("yhsduser").await;
    let app = service.login("yhsduser", "app").await;
    let wechat = service.login("yhsduser", "wechat").await;
    let app_again = service.login("yhsduser", "app").await;
    assert_eq!(current(&service, access(&app)).await, Value::Null);
    for token in [
        access(&app_again),
        access(&wechat),
        &first_browser,
        &second_browser,
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
