//! Parameters and bodies of requests.

use serde_json::{Value, json};

use crate::catalogue::{
    Endpoint, Family,
    parameter::{Parameter, Place, Rule},
};

/// The parameters of path and query.
pub(super) fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let parameters = endpoint.parameters.iter();
    let parameters = parameters.filter_map(|parameter| {
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Body => return None,
        };
        Some(json!({
            "name": parameter.name,
            "in": place,
            "required": parameter.required,
            "description": parameter.description,
            "schema": schema(parameter),
        }))
    });
    parameters.collect()
}

/// The parameters of the body.
pub(super) fn body(endpoint: &Endpoint) -> Option<Value> {
    let parameters = endpoint.parameters.iter();
    let parameters: Vec<_> = parameters
        .filter(|parameter| parameter.place == Place::Body)
        .collect();
    if parameters.is_empty() {
        return None;
    }
    let mut schema = json!({"type": "object", "properties": {}});
    for parameter in &parameters {
        schema["properties"][parameter.name] = described(parameter);
    }
    let required = parameters.iter().filter(|parameter| parameter.required);
    let required: Vec<_> = required.map(|parameter| parameter.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    Some(schema)
}

/// How a body of the schema `name` is sent.
pub(super) fn content(endpoint: &Endpoint, name: &str, schema: &Value) -> Value {
    let forms: &[&str] = match endpoint.family {
        Family::Page => &["application/x-www-form-urlencoded"],
        Family::RageFrame | Family::Youhaosuda | Family::Operator => &[
            "application/x-www-form-urlencoded",
            "application/json",
            "multipart/form-data",
        ],
    };
    let mut body = json!({"required": schema.get("required").is_some(), "content": {}});
    for form in forms {
        let reference = format!("#/components/schemas/{name}");
        body["content"][form] = json!({"schema": {"$ref": reference}});
    }
    body
}

fn described(parameter: &Parameter) -> Value {
    let mut schema = schema(parameter);
    schema["title"] = json!(parameter.label);
    schema["description"] = json!(parameter.description);
    schema
}

/// What a parameter's text has to be, with an example.
fn schema(parameter: &Parameter) -> Value {
    let mut schema = match parameter.rule {
        Rule::Length(least, most) => {
            json!({"type": "string", "minLength": least, "maxLength": most})
        }
        Rule::Pattern(pattern) => json!({"type": "string", "pattern": format!("^({pattern})$")}),
        Rule::OneOf(texts) => json!({"type": "string", "enum": texts}),
        Rule::Integer(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Rule::Email => json!({"type": "string", "format": "email", "maxLength": 255}),
        Rule::Date => json!({"type": "string", "format": "date"}),
    };
    if let Some(value) = parameter.value {
        let text = value.example();
        let example = match parameter.rule {
            Rule::Integer(..) => json!(text.parse::<i64>().expect("an example is a number")),
            _ => json!(text),
        };
        schema["examples"] = json!([example]);
    }
    schema
}
