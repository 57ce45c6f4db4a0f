//! `docs/openapi.json`: the catalogue as an `OpenAPI` document, the answers' schemas made of the types that
//! the functions answer with.

mod answers;
mod requests;

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::catalogue::{self, Authentication, Endpoint, Family};

/// Where the document stands.
pub const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

const DESCRIPTION: &str = "\
A membership backend that speaks two published APIs: RageFrame's and Youhaosuda's.

The application answers every request with HTTP status 200, and `code` in the body says how it went. \
Each operation lists its codes under `x-codes`. The operator's endpoints are behind the gateway's IAM authorizer; \
nobody else sees them.

A body is a form, JSON or multipart. In JSON a number or a boolean stands for its text, and `null` is a parameter \
that was not sent. Unknown parameters are ignored. In the Youhaosuda family the query fills in what the body lacks, \
on POST too. A body has at most 64 KiB.";

/// The whole document.
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
    let mut generator = settings.into_generator();
    let (mut paths, mut bodies) = (Map::new(), Map::new());
    for endpoint in catalogue::all() {
        let operation = operation(endpoint, &mut generator, &mut bodies);
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.to_lowercase()] = operation;
    }
    let mut schemas = generator.take_definitions(true);
    schemas.extend(answers::refusals());
    schemas.extend(bodies);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Huiyuan",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
        },
        "servers": [{"url": "/"}],
        "tags": tags(),
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": security_schemes()},
    })
}

/// The document as its file has it.
pub fn text() -> String {
    let text = serde_json::to_string_pretty(&document());
    text.expect("the document is JSON") + "\n"
}

fn operation(
    endpoint: &Endpoint,
    generator: &mut SchemaGenerator,
    bodies: &mut Map<String, Value>,
) -> Value {
    let id = endpoint.key().to_lowercase();
    let words = id.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let id = words.join("_");
    let mut operation = json!({
        "operationId": id,
        "tags": [tag(endpoint.family)],
        "summary": endpoint.title,
        "description": endpoint.summary,
        "security": security(endpoint.authentication),
        "responses": answers::responses(endpoint, generator),
        "x-codes": answers::codes(endpoint),
        "x-function": endpoint.function,
    });
    let parameters = requests::parameters(endpoint);
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    if let Some(schema) = requests::body(endpoint) {
        operation["requestBody"] = requests::content(endpoint, &id, &schema);
        bodies.insert(id, schema);
    }
    operation
}

const fn tag(family: Family) -> &'static str {
    match family {
        Family::RageFrame => "RageFrame",
        Family::Youhaosuda => "Youhaosuda",
        Family::Page => "Pages",
        Family::Operator => "Operator",
    }
}

fn tags() -> Value {
    json!([
        {"name": "RageFrame", "description": "`{\"code\",\"message\",\"data\",\"timestamp\"}`"},
        {"name": "Youhaosuda", "description": "`{\"code\",\"message\", …}`"},
        {"name": "Pages", "description": "Pages for a browser, behind the links of mails."},
        {"name": "Operator", "description": "For the shop's own systems."},
    ])
}

/// How a request proves who sends it: by one of these.
fn security(authentication: Authentication) -> Value {
    let session = ["bearer", "apiKey", "cookie", "query"].map(|name| json!({ name: [] }));
    match authentication {
        Authentication::None | Authentication::RefreshToken => json!([]),
        Authentication::Session => json!(session),
        Authentication::Optional => {
            let nobody = [json!({})].into_iter();
            Value::Array(nobody.chain(session).collect())
        }
        Authentication::Operator => json!([{"iam": []}]),
    }
}

fn security_schemes() -> Value {
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer",
            "description": "An access token, or the session cookie's value.",
        },
        "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "The same."},
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": "_homeland_shop_customer_session",
            "description": "The cookie that Youhaosuda's login and registration set.",
        },
        "query": {"type": "apiKey", "in": "query", "name": "access-token", "description": "The same."},
        "iam": {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "AWS Signature Version 4, which the gateway checks. The local stack takes every \
                            request from its own machine for the operator's.",
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
    })
}
