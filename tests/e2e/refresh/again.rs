//! A refresh token that is presented again: after a lost answer, or by a thief.

use serde_json::{Value, json};

use shared::{domain::token::Token, store::sessions::item::SessionKey, telemetry::line};

use super::{DAY, PATHS, refresh, text, tokens};
use crate::support::{Reply, Service, rageframe_refusal};

/// Refreshes from another network than tests usually come from.
async fn refresh_from(service: &Service, token: &Value, address: &str) -> Reply {
    let fields = [("refresh_token", text(token)), ("group", "app")];
    service.post(PATHS[0]).form(&fields).from(address).await
}

/// What the last line says of a refresh token.
fn noted(service: &Service) -> Option<&'static str> {
    service.last_line().notes.refresh_token
}

#[tokio::test]
async fn a_lost_answer_is_given_again_as_long_as_nobody_used_the_new_pair() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let first = refresh(&service, &session["refresh_token"], "app").await;
    service.advance(3 * DAY);
    let mut again = refresh(&service, &session["refresh_token"], "app").await;
    again.body["timestamp"] = first.body["timestamp"].clone();
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn a_used_pair_leaves_the_old_token_a_minute() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let pair = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    assert!(service.is_live(text(&pair.0)).await);
    service.advance(59);
    assert_eq!(
        tokens(&refresh(&service, &session["refresh_token"], "app").await),
        pair
    );
    assert!(service.is_live(text(&pair.0)).await);

    service.advance(1);
    let reply = refresh(&service, &session["refresh_token"], "app").await;
    assert_eq!(
        reply.body,
        rageframe_refusal(401, "找不到用户", service.now())
    );
    assert!(
        !service.is_live(text(&pair.0)).await,
        "the leaked session has ended"
    );
    let reply = refresh(&service, &pair.1, "app").await;
    assert_eq!(
        reply.body,
        rageframe_refusal(401, "找不到用户", service.now())
    );
    assert_eq!(
        service.items("member#", "session#app").await,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn a_token_two_generations_old_ends_the_session() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let second = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    service.advance(100);
    let third = tokens(&refresh(&service, &second.1, "app").await);
    let reply = refresh(&service, &session["refresh_token"], "app").await;
    assert_eq!(
        reply.body,
        rageframe_refusal(401, "找不到用户", service.now())
    );
    assert!(!service.is_live(text(&third.0)).await);
    service.login("yhsduser", "app").await;
}

#[tokio::test]
async fn tokens_within_the_minute_are_answered_however_often_it_rotates() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let first = service.login("yhsduser", "app").await["refresh_token"].clone();
    let answer = tokens(&refresh(&service, &first, "app").await);
    let mut token = answer.1.clone();
    for _ in 0..12 {
        service.advance(2);
        token = tokens(&refresh(&service, &token, "app").await).1;
        assert_eq!(tokens(&refresh(&service, &first, "app").await), answer);
    }
}

#[tokio::test]
async fn a_leak_ends_the_session_though_it_has_rotated_since() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let access = Token::parse(text(&session["access_token"])).expect("a token");
    let key = SessionKey::of(&access, &service.app.config).expect("a group");
    let store = &service.app.store;
    let seen = store
        .sessions()
        .sessions_with_members(&[(&key, access.member)])
        .await
        .expect("the table answers");
    let (seen, _) = seen[0].clone().expect("a session");
    let pair = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    assert!(
        store
            .sessions()
            .end_session(&key, &seen)
            .await
            .expect("the table answers")
    );
    assert!(!service.is_live(text(&pair.0)).await);
}

#[tokio::test]
async fn an_old_token_does_not_end_the_session_of_a_later_login() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let pair = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    let later = service.login("yhsduser", "app").await;
    service.advance(100);
    for token in [&session["refresh_token"], &pair.1] {
        let reply = refresh(&service, token, "app").await;
        assert_eq!(
            reply.body,
            rageframe_refusal(401, "找不到用户", service.now())
        );
    }
    assert!(service.is_live(text(&later["access_token"])).await);
}

#[tokio::test]
async fn a_session_rotated_many_times_stays_small() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let mut token = service.login("yhsduser", "app").await["refresh_token"].clone();
    for _ in 0..30 {
        service.advance(3600);
        token = tokens(&refresh(&service, &token, "app").await).1;
        assert!(service.spent().trips <= 2);
        let session = service.items("member#", "session#app").await;
        let retired = session[0]["retired"].as_array().expect("a list").len();
        assert!((1..=6).contains(&retired), "{retired}");
    }
}

#[tokio::test]
async fn a_repeat_from_another_network_is_answered_and_noted() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let first = &session["refresh_token"];
    let pair = tokens(&refresh_from(&service, first, "198.51.100.7").await);
    assert_eq!(noted(&service), None);
    for (address, note) in [
        ("198.51.100.7", None),
        ("198.51.100.200", None),
        ("203.0.113.7", Some(line::REPEATED_ELSEWHERE)),
        ("2001:db8::1", Some(line::REPEATED_ELSEWHERE)),
    ] {
        for _ in 0..2 {
            let again = refresh_from(&service, first, address).await;
            assert_eq!(tokens(&again), pair, "{address}");
            assert_eq!(noted(&service), note, "{address}");
            // Whether the pair is in use makes no difference within the minute.
            assert!(service.is_live(text(&pair.0)).await);
        }
    }
}

#[tokio::test]
async fn an_answer_that_got_lost_is_given_again_on_another_network_without_a_note() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let pair = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    service.advance(DAY);
    let again = refresh_from(&service, &session["refresh_token"], "203.0.113.7").await;
    assert_eq!(tokens(&again), pair);
    assert_eq!(noted(&service), None);
}

#[tokio::test]
async fn a_leaked_token_is_noted_and_ends_the_session() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let pair = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    assert!(service.is_live(text(&pair.0)).await);
    service.advance(60);
    let leaked = refresh_from(&service, &session["refresh_token"], "203.0.113.7").await;
    let refusal = rageframe_refusal(401, "找不到用户", service.now());
    assert_eq!(leaked.body, refusal);
    assert_eq!(noted(&service), Some(line::LEAKED));
    let line = serde_json::to_value(service.last_line()).expect("a line is JSON");
    assert_eq!(line["refresh_token"], "leaked");
    assert!(line["member"].is_string(), "{line}");
    // Nobody has the session any more, so it cannot leak again.
    let again = refresh(&service, &session["refresh_token"], "app").await;
    assert_eq!(again.body, refusal);
    assert_eq!(noted(&service), None);
    assert_eq!(json!(line["client"]), "203.0.113.0/24");
}
