//! Every answer of every test is as `docs/openapi.json` describes it: its status, its type, its body. A
//! key that the document does not name fails the test, though clients are told that there may be more.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use axum::http::{Method, StatusCode, header::CONTENT_TYPE};
use jsonschema::Validator;
use serde_json::{Value, json};
use tests::openapi;

use super::Reply;

/// The answers of an operation: of a status those of each type, with the schema of JSON.
type Answers = HashMap<(u16, String), Option<Validator>>;

/// The answers by method and path.
static DESCRIBED: LazyLock<BTreeMap<(String, String), Answers>> = LazyLock::new(|| {
    let mut document = openapi::document();
    close(&mut document["components"]);
    let mut described = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let answers = answers(operation, &document["components"]);
            described.insert((method.to_uppercase(), path.clone()), answers);
        }
    }
    described
});

fn answers(operation: &Value, components: &Value) -> Answers {
    let mut answers = Answers::new();
    for (status, response) in operation["responses"].as_object().expect("responses") {
        for (kind, content) in response["content"].as_object().expect("content") {
            let status = status.parse().expect("a status");
            let validator = kind.contains("json").then(|| {
                let mut schema = content["schema"].clone();
                close(&mut schema);
                schema["components"] = components.clone();
                jsonschema::draft202012::new(&schema).expect("a schema")
            });
            answers.insert((status, kind.clone()), validator);
        }
    }
    answers
}

/// Lets an object have no key that its schema does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.get("properties").is_some_and(Value::is_object) && map.contains_key("type") {
                map.insert("unevaluatedProperties".to_owned(), json!(false));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a path is one of the route's.
fn is_of(path: &str, route: &str) -> bool {
    let (mut path, mut route) = (path.split('/'), route.split('/'));
    loop {
        match (path.next(), route.next()) {
            (None, None) => return true,
            (Some(part), Some(name)) if name.starts_with('{') || part == name => {}
            _ => return false,
        }
    }
}

/// Holds an answer against the document, where it describes the endpoint.
pub fn assert_described(method: &Method, path: &str, reply: &Reply) {
    let described = DESCRIBED.iter();
    let mut described =
        described.filter(|((of, route), _)| of == method.as_str() && is_of(path, route));
    let Some(((_, route), answers)) = described.next() else {
        return;
    };
    let kind = reply.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default();
    let answer = answers.get(&(reply.status.as_u16(), essence.to_owned()));
    let Some(validator) = answer else {
        panic!(
            "{method} {route}: {} with {kind:?} is not described",
            reply.status
        );
    };
    if let Some(validator) = validator {
        let errors: Vec<_> = validator
            .iter_errors(&reply.body)
            .map(|error| error.to_string())
            .collect();
        assert!(
            errors.is_empty(),
            "{method} {route}: {}\n{errors:#?}",
            reply.body
        );
    }
}

#[test]
#[should_panic(expected = "is not described")]
fn an_answer_of_another_type_fails_the_test() {
    let reply = Reply {
        status: StatusCode::OK,
        headers: [(CONTENT_TYPE, "text/plain".parse().expect("a value"))]
            .into_iter()
            .collect(),
        body: Value::Null,
        bytes: Vec::new(),
    };
    assert_described(&Method::POST, "/v1/site/login", &reply);
}

#[test]
#[should_panic(expected = "/admin/members/{id}/points")]
fn an_answer_with_another_key_fails_the_test() {
    let reply = Reply {
        status: StatusCode::OK,
        headers: [(CONTENT_TYPE, "application/json".parse().expect("a value"))]
            .into_iter()
            .collect(),
        body: json!({"code": 201, "message": "x", "balances": 1}),
        bytes: Vec::new(),
    };
    assert_described(&Method::POST, "/admin/members/1/points", &reply);
}
