//! A refresh token that is presented again: after a lost answer, or by a thief.

use serde_json::Value;

use shared::{domain::token::Token, store::sessions::item::SessionKey};

use super::{DAY, refresh, text, tokens};
use crate::support::{Service, rageframe_refusal};

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
        .session_and_member(&key, &access)
        .await
        .expect("the table answers");
    let (seen, _) = seen.expect("a session");
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
        assert!((1..=8).contains(&retired), "{retired}");
    }
}
