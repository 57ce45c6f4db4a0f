//! When a session ends, and which.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use shared::{
    domain::{
        actor::Actor, client::Client, client_address::ClientAddress, member::MemberId, token::Slot,
    },
    rules::session::{self, Group, Kind, ProvenMember},
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
    let id = service.member_id().await;
    let client = Client::new(ClientAddress([192, 0, 2, 1].into()), None);
    let proven = ProvenMember { id, generation: 0 };
    let overtaken = Group(Slot::Group(1)).session(&service.app, proven, &client);
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

#[tokio::test]
async fn a_login_replaces_the_session_whose_cookie_it_brings() {
    let service = Service::start().await;
    let mut token = service.register("yhsduser").await;
    let other = service.browser("yhsduser").await;
    for _ in 0..150 {
        let reply = service.log_in("yhsduser", "123456").cookie(&token).await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        token = reply.cookie().expect("a session");
    }
    let usage = service.spent();
    assert_eq!((usage.trips, usage.read_units), (2, 1.0));
    assert!(usage.write_units <= 5.0, "{usage:?}");
    let sessions = service.items("member#", "session#browser#").await;
    assert_eq!(sessions.len(), 2, "the other browser keeps its own");
    assert!(service.is_live(&token).await && service.is_live(&other).await);
}

#[tokio::test]
async fn a_login_replaces_no_session_of_anybody_else() {
    let service = Service::start().await;
    let theirs = service.register("another").await;
    let own = service.register("yhsduser").await;
    let app = service.login("yhsduser", "app").await;
    for (password, code) in [("123456", 200), ("wrong one", 201)] {
        let login = service.log_in("yhsduser", password);
        let reply = login.cookie(&theirs).cookie(access(&app)).await;
        assert_eq!(reply.body["code"], code);
    }
    let refused = service.log_in("yhsduser", "wrong one").cookie(&own).await;
    assert_eq!(refused.body["code"], 201);
    for token in [&theirs, &own, access(&app)] {
        assert!(service.is_live(token).await);
    }
}

#[tokio::test]
async fn a_session_ends_180_days_after_its_login_however_often_it_is_refreshed() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let mut pair = session.clone();
    let refresh = async |pair: &Value| {
        let token = pair["refresh_token"].as_str().expect("a token");
        let fields = [("refresh_token", token), ("group", "app")];
        service.post("/v1/site/refresh").form(&fields).await.body
    };
    for _ in 0..9 {
        service.advance(20 * DAY - 1);
        pair = refresh(&pair).await["data"].clone();
        assert!(service.is_live(access(&pair)).await);
    }
    service.advance(8);
    let last = refresh(&pair).await;
    assert_eq!(last["code"], 200, "a second is left: {last}");
    service.advance(1);
    let over = "您的重置令牌已经过期，请重新登录";
    for token in [&last["data"], &pair] {
        let refusal = rageframe_refusal(401, over, service.now());
        assert_eq!(refresh(token).await, refusal);
    }
    let over = "您的登录验证已经过期，请重新登录";
    let up = service.post("/v2/customer/account/up-userinfo");
    let reply = up
        .bearer(access(&last["data"]))
        .form(&[("nickname", "x")])
        .await;
    assert_eq!(reply.body, rageframe_refusal(401, over, service.now()));
    let out = service.post("/v2/customer/account/logout");
    let reply = out.bearer(access(&last["data"])).await;
    assert_eq!(reply.body["code"], 401);
    let again = service.login("yhsduser", "app").await;
    assert!(service.is_live(access(&again)).await);
}

#[tokio::test]
async fn how_long_a_session_lives_at_most_is_a_setting() {
    let service = Service::with(|config| config.session_days = 1).await;
    let browser = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    service.advance(DAY - 1);
    assert!(service.is_live(&browser).await && service.is_live(access(&session)).await);
    service.advance(1);
    assert!(!service.is_live(&browser).await && !service.is_live(access(&session)).await);
}

#[tokio::test]
async fn all_sessions_of_a_member_end_by_one_operation() {
    let service = Service::start().await;
    let browser = service.register("yhsduser").await;
    let app = service.login("yhsduser", "app").await;
    let theirs = service.register("another").await;
    let members = service.items("member#", "member").await;
    let member = (members.iter()).find(|member| member["username"] == "yhsduser");
    let id = member.and_then(|member| MemberId::new(member["id"].as_u64()?));
    let id = id.expect("a member");
    let operator = Actor::Operator("arn:aws:iam::123456789012:user/shop".to_owned());
    let ended = session::end_all(&service.app, id, &operator).await;
    assert!(ended.expect("the table answers"));
    for token in [&browser, access(&app)] {
        assert!(!service.is_live(token).await);
    }
    assert!(service.is_live(&theirs).await);
    let now = service.now();
    let dump = service.dump().await;
    assert_eq!(
        tests::invariants::violations(&dump, now, &service.key()),
        Vec::<String>::new()
    );
    let ended = dump
        .iter()
        .find(|item| item["generation"] == 1 && item["sk"] == "member");
    let changed_by = ended.map(|member| member["changed_by"].clone());
    assert_eq!(changed_by, Some(json!(operator.to_string())));
    // The right password logs in at once, at the usual cost.
    assert!(service.logs_in("yhsduser", "123456").await);
    assert_eq!(service.spent().trips, 2);
    let nobody = MemberId::new(7).expect("a number");
    let ended = session::end_all(&service.app, nobody, &operator).await;
    assert!(!ended.expect("the table answers"));
}

/// Ends a member's sessions as the runbook says: on the member alone.
async fn raise_generation(service: &Service, id: MemberId) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let raise = service.client().update_item().table_name(service.table());
    let raise = raise
        .key("pk", text(&format!("member#{}", id.get())))
        .key("sk", text("member"))
        .update_expression("ADD generation :one")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
    raise.send().await.expect("the member is there");
}

#[tokio::test]
async fn a_generation_raised_by_hand_ends_all_sessions_and_the_right_password_logs_in() {
    let service = Service::start().await;
    let browser = service.register("yhsduser").await;
    let app = service.login("yhsduser", "app").await;
    let id = service.member_id().await;
    for family in 0..2 {
        raise_generation(&service, id).await;
        assert!(!service.is_live(&browser).await && !service.is_live(access(&app)).await);
        let wrong = service.log_in("yhsduser", "wrong one").await;
        let refusal = json!({
            "code": 201, "message": "账号或密码不正确", "attempts_left": 9,
        });
        assert_eq!(wrong.body, refusal);
        if family == 0 {
            assert!(service.logs_in("yhsduser", "123456").await);
        } else {
            service.login("yhsduser", "app").await;
        }
        let dump = service.dump().await;
        let found = tests::invariants::violations(&dump, service.now(), &service.key());
        assert_eq!(found, Vec::<String>::new(), "the login record is healed");
        assert!(service.logs_in("yhsduser", "123456").await);
        assert_eq!(service.spent().trips, 2);
        service.advance(600);
    }
}

#[tokio::test]
async fn a_session_remembers_its_login_through_rotations_and_stays_small() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let agent = format!("{}会{}", "Shop/7.1 ".repeat(6), "x".repeat(90));
    let login = service.log_in_to("miniProgram", "yhsduser", "123456");
    let opened = service.now();
    let reply = login
        .from("2001:db8:1:2::3")
        .header("user-agent", &agent)
        .await;
    let mut pair = reply.body["data"].clone();
    for _ in 0..7 {
        service.advance(3600);
        let token = pair["refresh_token"].as_str().expect("a token");
        let fields = [("refresh_token", token), ("group", "miniProgram")];
        let reply = service.post("/v1/site/refresh").form(&fields).await;
        pair = reply.body["data"].clone();
        let usage = service.spent();
        assert!(usage.write_units <= 3.0, "{usage:?}");
        let session = &service.items("member#", "session#").await[1];
        assert_eq!(session["opened_at"], opened * 1000);
        assert_eq!(session["opened_from"], json!([32, 1, 13, 184, 0, 1]));
        let kept = session["client"].as_str().expect("a text");
        assert_eq!((kept.len(), &agent[..54]), (80, &kept[..54]));
    }
}
