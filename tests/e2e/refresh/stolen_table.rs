//! An old token together with a copy of the table leads to no live token.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use shared::{
    base::{clock::Time, secret_key::SecretKey},
    domain::token::{Pair, Token, TokenKey},
};

use super::{refresh, text, tokens};
use crate::support::Service;

/// Computes, as the service does, the pair that five rotations led to: from an old access token and
/// what the session's item remembers, under a key.
fn follow(old: &str, session: &Value, key: &TokenKey) -> Pair {
    let mut token = Token::parse(old).expect("a token");
    let mut pair = None;
    let retired = session["retired"].as_array().expect("a list");
    for retired in retired.iter().rev() {
        let seed: Vec<u8> = serde_json::from_value(retired["s"].clone()).expect("bytes");
        let at = Time::from_millis(retired["t"].as_i64().expect("a time"));
        let next = Pair::after(key, &token, &seed.try_into().expect("16 bytes"), at);
        token = next.access;
        pair = Some(next);
    }
    pair.expect("the session has rotated")
}

/// Every run of 32 bytes of the table that could be a key, and keys that anybody could think of.
fn keys(dump: &[Value]) -> Vec<SecretKey> {
    let mut bytes = vec![[0_u8; 32], [0xff; 32]];
    let mut values: Vec<&Value> = dump.iter().collect();
    while let Some(value) = values.pop() {
        if let Ok(found) = serde_json::from_value::<Vec<u8>>(value.clone()) {
            let mut padded = found.clone();
            padded.resize(32, 0);
            bytes.extend(<[u8; 32]>::try_from(padded).ok());
        }
        match value {
            Value::Array(list) => values.extend(list),
            Value::Object(map) => values.extend(map.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let keys = bytes
        .iter()
        .map(|bytes| BASE64_STANDARD.encode(bytes).parse());
    keys.collect::<Result<_, _>>().expect("32 bytes are a key")
}

#[tokio::test]
async fn an_old_token_and_a_copy_of_the_table_lead_to_no_live_token() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let old = text(&session["access_token"]).to_owned();
    let mut pair = (
        session["access_token"].clone(),
        session["refresh_token"].clone(),
    );
    for _ in 0..5 {
        service.advance(3600);
        pair = tokens(&refresh(&service, &pair.1, "app").await);
    }
    let dump = service.dump().await;
    let item = dump.iter().find(|item| item["sk"] == "session#app");
    let item = item.expect("a session");

    let keys = keys(&dump);
    assert!(keys.len() > 10, "{}", keys.len());
    for guess in &keys {
        for key in [
            TokenKey::derived_from(guess),
            TokenKey::derived_from(&guess.derive("tokens")),
        ] {
            let guessed = follow(&old, item, &key);
            assert!(!service.is_live(&guessed.access.text()).await);
            let refresh_token = Value::from(guessed.refresh.text());
            let reply = refresh(&service, &refresh_token, "app").await;
            assert_eq!(reply.body["message"], "找不到用户");
        }
    }
    // The computation is the service's own: only the key is missing.
    let key = TokenKey::derived_from(&service.app.config.service_key);
    let live = follow(&old, item, &key);
    assert_eq!(live.access.text(), text(&pair.0));
    assert!(service.is_live(&live.access.text()).await);
}
