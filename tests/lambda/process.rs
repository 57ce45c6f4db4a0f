//! A function's process: how it starts, what it holds, and that it outlives a fault.

use serde_json::json;
use tests::{
    events::v2,
    lambda::{FUNCTIONS, Lambda, Told},
};

use crate::{FORM, REGISTER, table::Table};

#[tokio::test]
async fn a_fault_leaves_the_next_invocation_well() {
    let table = Table::without_table().await;
    let mut lambda = table.lambda("registration").await;
    let event = v2("POST", "$default", REGISTER, "", &json!(FORM));
    lambda.answer(&event).await.assert_code(500);
    let line = lambda.line().await;
    assert_eq!(line["faults"], 1);
    let fault = line["fault"].as_str().expect("a cause");
    assert!(fault.contains("ResourceNotFoundException"), "{fault}");

    let Told::InvocationError(error) = lambda.invoke("[]").await else {
        panic!("an event that is none was answered");
    };
    assert!(error["errorMessage"].is_string(), "{error}");

    table.create().await;
    assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    assert_eq!(lambda.line().await["cold"], false);
}

/// A hash takes 19 MiB; the memory of those that are done is used again, on whichever thread.
#[tokio::test]
async fn hashing_keeps_within_64_megabytes() {
    let table = Table::start().await;
    table.register().await;
    let mut lambda = table.lambda("site-auth").await;
    let form = json!("username=yhsduser&password=123456&group=app");
    let event = v2("POST", "$default", "/v1/site/login", "", &form);
    for _ in 0..50 {
        assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    }
    let peak = lambda.peak_memory();
    assert!(peak < 64_000_000, "{peak} bytes");
}

/// 32 bytes in hexadecimal.
const SERVICE_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_broken_setting_ends_the_start_with_an_error_that_names_it() {
    for function in FUNCTIONS {
        for (settings, sentence) in [
            (vec![], "the setting HUIYUAN_TABLE is missing"),
            (
                vec![
                    ("HUIYUAN_TABLE", "t"),
                    ("HUIYUAN_SERVICE_KEY", SERVICE_KEY),
                    ("HUIYUAN_COOKIE_SECURE", "yes"),
                ],
                "the setting HUIYUAN_COOKIE_SECURE must be true or false",
            ),
        ] {
            let mut lambda = Lambda::start(function, &settings).await;
            let Told::InitError(error) = lambda.told().await else {
                panic!("{function} started");
            };
            let expected = json!({"errorType": "Runtime.ConfigError", "errorMessage": sentence});
            assert_eq!(error, expected);
            let (status, said) = lambda.end().await;
            assert!(!status.success());
            assert!(said.contains(sentence), "{said}");
        }
    }
}
