//! Answers: what is said to a valid request, and to every other.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use shared::http::{envelope::Refusal, router::Undefined};

use crate::catalogue::{Authentication, Endpoint, Family, answer::Answer};

/// The codes of a refusal, by family, with their meanings.
const REFUSALS: [(Family, &[(u16, &str)]); 2] = [
    (
        Family::RageFrame,
        &[
            (
                401,
                "There is no live session: no token, an unknown, an expired or a revoked one.",
            ),
            (422, "The request is refused: `message` says why."),
            (
                429,
                "Too many attempts: the next is welcome after `retry_after` seconds.",
            ),
            (500, "A fault of the service."),
        ],
    ),
    (
        Family::Youhaosuda,
        &[
            (
                201,
                "The request is refused: `message` says why. After too many attempts `retry_after` says how \
                   many seconds to wait.",
            ),
            (212, "There is no live session."),
            (214, "A captcha has to be solved first."),
            (500, "A fault of the service."),
        ],
    ),
];

const DONE: &str = "Done.";

/// The family whose refusals an endpoint has.
const fn refuses_as(endpoint: &Endpoint) -> Family {
    match endpoint.family {
        Family::RageFrame => Family::RageFrame,
        Family::Youhaosuda | Family::Operator | Family::Page => Family::Youhaosuda,
    }
}

fn meaning(family: Family, code: u16) -> &'static str {
    let families = REFUSALS.iter().filter(|(of, _)| *of == family);
    let mut codes = families.flat_map(|(_, codes)| *codes);
    let found = codes.find(|(known, _)| *known == code);
    found
        .unwrap_or_else(|| panic!("code {code} has no meaning"))
        .1
}

fn name(family: Family, code: u16) -> String {
    format!("{family:?}Refusal{code}")
}

/// What each code of an endpoint means.
pub(super) fn codes(endpoint: &Endpoint) -> Value {
    let family = refuses_as(endpoint);
    let codes = endpoint.codes.iter().map(|code| {
        let meaning = if *code == 200 {
            DONE
        } else {
            meaning(family, *code)
        };
        (code.to_string(), json!(meaning))
    });
    Value::Object(codes.collect())
}

/// The answers by status.
pub(super) fn responses(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let family = refuses_as(endpoint);
    let refusals = endpoint.codes.iter().filter(|code| **code != 200);
    let refusals: Vec<_> = refusals
        .map(|code| json!({"$ref": format!("#/components/schemas/{}", name(family, *code))}))
        .collect();
    let one_of = |mut good: Value| {
        if good["properties"]["code"].is_object() {
            good["description"] = json!(DONE);
            good["properties"]["code"] = json!({"const": 200});
        }
        let all: Vec<_> = [good].into_iter().chain(refusals.clone()).collect();
        json!({"schema": {"oneOf": all}})
    };
    let content = match endpoint.answer {
        Answer::Json(of) => json!({"application/json": one_of(of(generator).to_value())}),
        Answer::Script(of) => json!({
            "application/json": one_of(of(generator).to_value()),
            "application/javascript": {"schema": {"type": "string"}},
        }),
        Answer::Page => json!({"text/html": {"schema": {"type": "string"}}}),
        Answer::Picture => json!({
            "image/png": {"schema": {"type": "string", "contentEncoding": "binary"}},
            "application/json": {"schema": {"oneOf": refusals}},
        }),
    };
    let mut responses = json!({"200": {"description": description(endpoint), "content": content}});
    let may_be_undefined = matches!(endpoint.answer, Answer::Picture)
        || endpoint.authentication == Authentication::Operator;
    if may_be_undefined {
        let undefined = generator.subschema_for::<Undefined>();
        responses["404"] = json!({
            "description": "There is nothing here for this caller.",
            "content": {"application/json": {"schema": undefined}},
        });
    }
    if endpoint.authentication == Authentication::Operator {
        let refused = generator.subschema_for::<Undefined>();
        responses["403"] = json!({
            "description": "The gateway, or the local stack's guard, refused the caller.",
            "content": {"application/json": {"schema": refused}},
        });
    }
    responses
}

/// What `code` may be, in words.
fn description(endpoint: &Endpoint) -> String {
    match endpoint.answer {
        Answer::Page => "The page. It says in words how it went.".to_owned(),
        Answer::Picture => "The picture.".to_owned(),
        Answer::Json(_) | Answer::Script(_) => {
            let codes: Vec<_> = endpoint.codes.iter().map(u16::to_string).collect();
            format!(
                "The application's answer; `code` is one of {}.",
                codes.join(", ")
            )
        }
    }
}

/// The schema of each refusal, made of the type that all of them have.
pub(super) fn refusals() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut generator = settings
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let whole = generator.root_schema_for::<Refusal>().to_value();
    let mut schemas = Map::new();
    for (family, codes) in REFUSALS {
        for (code, meaning) in codes {
            schemas.insert(name(family, *code), refusal(&whole, family, *code, meaning));
        }
    }
    schemas
}

/// A refusal of one code: of the type's keys those that it may have.
fn refusal(whole: &Value, family: Family, code: u16, meaning: &str) -> Value {
    let (required, optional): (&[&str], &[&str]) = match (family, code) {
        (Family::RageFrame, 429) => (
            &["code", "message", "retry_after", "data", "timestamp"],
            &[],
        ),
        (Family::RageFrame, _) => (&["code", "message", "data", "timestamp"], &[]),
        (_, 201) => (
            &["code", "message"],
            &["retry_after", "attempts_left", "balance"],
        ),
        _ => (&["code", "message"], &[]),
    };
    let mut properties = Map::new();
    for key in required.iter().chain(optional) {
        let mut property = whole["properties"][key].clone();
        assert!(property.is_object(), "a refusal has no {key}");
        // A key that is there has a value.
        if let Some(types) = property["type"].as_array() {
            let first = types.iter().find(|name| *name != "null");
            property["type"] = first.expect("a type beside null").clone();
        }
        properties.insert((*key).to_owned(), property);
    }
    properties["code"] = json!({"const": code});
    json!({
        "type": "object",
        "description": meaning,
        "properties": properties,
        "required": required,
    })
}
