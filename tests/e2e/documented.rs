//! Each answer beside the sample in the published document, key for key and type for type.

use serde_json::Value;

use crate::support::Service;

/// Keys of a sample that stand for something this service does not know: `null` is an answer too.
const UNKNOWN: [&str; 5] = [
    "email",
    "notify_email",
    "notify_phone",
    "last_order_no",
    "last_order_at",
];

/// Compares keys and types; `more` allows keys beside the sample's.
fn compare(path: &str, sample: &Value, answer: &Value, more: bool) {
    match (sample, answer) {
        (Value::Object(sample), Value::Object(answer)) => {
            for (key, value) in sample {
                let path = format!("{path}.{key}");
                let given = answer
                    .get(key)
                    .unwrap_or_else(|| panic!("{path} is missing"));
                let unknown = given.is_null() && UNKNOWN.contains(&key.as_str());
                if !unknown {
                    compare(&path, value, given, more);
                }
            }
            let beside = answer.keys().find(|key| !sample.contains_key(*key));
            assert!(
                more || beside.is_none(),
                "{path} has {beside:?} beside the sample's keys"
            );
        }
        (Value::Null, Value::Null | Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Array(_), Value::Array(_))
        | (Value::String(_), Value::String(_)) => {}
        (Value::Number(sample), Value::Number(answer)) => {
            assert_eq!(sample.is_i64(), answer.is_i64(), "{path}");
        }
        _ => panic!("{path} is {answer} instead of {sample}"),
    }
}

fn sample(text: &str) -> Value {
    serde_json::from_str(text).expect("the published sample is JSON")
}

/// Compares a RageFrame answer, whose envelope has a `timestamp` that some samples leave out.
fn compare_rageframe(text: &str, mut answer: Value) {
    let sample = sample(text);
    assert!(answer["timestamp"].is_i64(), "{answer}");
    if sample.get("timestamp").is_none() {
        answer
            .as_object_mut()
            .expect("an envelope")
            .remove("timestamp");
    }
    compare("answer", &sample, &answer, false);
    assert_eq!(answer["code"], sample["code"]);
    assert_eq!(answer["message"], sample["message"]);
}

#[tokio::test]
async fn the_rageframe_answers_are_as_published() {
    let service = Service::start().await;
    service.register("admin").await;
    let login = service.log_in_to("app", "admin", "123456").await;
    let refresh = login.body["data"]["refresh_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    compare_rageframe(include_str!("documented/site-login.json"), login.body);

    let fields = [("refresh_token", refresh.as_str()), ("group", "app")];
    for (path, text) in [
        (
            "/v1/site/refresh",
            include_str!("documented/site-refresh.json"),
        ),
        (
            "/v2/customer/account/refresh",
            include_str!("documented/customer-account-refresh.json"),
        ),
    ] {
        let reply = service.post(path).form(&fields).await;
        compare_rageframe(text, reply.body);
    }

    let access = service.login("admin", "app").await["access_token"].clone();
    let saved = service
        .post("/v2/customer/account/up-userinfo")
        .bearer(access.as_str().expect("a token"))
        .form(&[("nickname", "简言")])
        .await;
    let access = saved.body["data"]["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    compare_rageframe(
        include_str!("documented/customer-account-up-userinfo.json"),
        saved.body,
    );

    let path = format!("/v2/customer/account/logout?access-token={access}");
    let logout = service.post(&path).await;
    compare_rageframe(
        include_str!("documented/customer-account-logout.json"),
        logout.body,
    );
}

#[tokio::test]
async fn the_youhaosuda_answers_are_as_published() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let login = service.log_in("yhsduser", "123456").await;
    let sample = sample(include_str!("documented/account-login.json"));
    compare("login", &sample, &login.body, true);
    assert_eq!(login.body["account"], "yhsduser");

    let current = service.get("/api/v1/account/current").cookie(&token).await;
    compare(
        "current",
        &sample["customer"],
        &current.body["customer"],
        true,
    );
    let save = service.post("/api/v1/account/save").cookie(&token).await;
    compare("save", &sample["customer"], &save.body["customer"], true);
}
