//! `template.yaml`: it describes the table that the local stack makes and the routes that the catalogue
//! has, closes the operator's, and leaves nothing without a bound.

pub mod permissions;
mod watching;

use std::{collections::BTreeSet, sync::OnceLock};

use aws_sdk_dynamodb::types::ProjectionType;
use serde_json::{Value, json};
use shared::store::key::EXPIRES_AT;
use tests::catalogue::{self, Authentication};

use crate::support::Service;

/// The template as JSON, without the tags of its intrinsic functions.
pub fn template() -> &'static Value {
    static TEMPLATE: OnceLock<Value> = OnceLock::new();
    TEMPLATE.get_or_init(read)
}

fn read() -> Value {
    fn plain(value: serde_norway::Value) -> Value {
        match value {
            serde_norway::Value::Mapping(map) => Value::Object(
                map.into_iter()
                    .map(|(key, value)| (key.as_str().expect("a name").to_owned(), plain(value)))
                    .collect(),
            ),
            serde_norway::Value::Sequence(list) => list.into_iter().map(plain).collect(),
            serde_norway::Value::Tagged(tagged) => plain(tagged.value),
            other => serde_json::to_value(other).expect("a scalar is JSON"),
        }
    }
    let text = include_str!("../../template.yaml");
    plain(serde_norway::from_str(text).expect("the template is YAML"))
}

/// A resource of the template.
pub fn resource(name: &str) -> &'static Value {
    let resource = &template()["Resources"][name];
    assert!(resource.is_object(), "there is no {name}");
    resource
}

/// The functions of the template, by the names of their crates.
pub fn functions() -> Vec<(&'static str, &'static Value)> {
    let resources = template()["Resources"].as_object().expect("resources");
    let functions = resources.values().filter_map(|resource| {
        let properties = &resource["Properties"];
        let code = properties["CodeUri"].as_str()?;
        Some((code.strip_prefix("functions/")?, properties))
    });
    functions.collect()
}

/// Methods and paths with the functions that serve them.
pub type Routes = BTreeSet<(String, String, String)>;

/// The routes of the template that `which` holds for, given path and operation.
fn declared(which: impl Fn(&str, &Value) -> bool) -> Routes {
    let paths = &resource("Api")["Properties"]["DefinitionBody"]["paths"];
    let mut routes = Routes::new();
    for (path, item) in paths.as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if method == "parameters" || !which(path, operation) {
                continue;
            }
            let function = behind(operation).to_owned();
            routes.insert((function, method.to_uppercase(), path.clone()));
        }
    }
    routes
}

/// The function that an operation of the gateway's definition invokes, by the name of its crate.
fn behind(operation: &Value) -> &'static str {
    let integration = &operation["x-amazon-apigateway-integration"];
    assert_eq!(integration["type"], "aws_proxy");
    assert_eq!(integration["payloadFormatVersion"], "2.0");
    let uri = integration["uri"].as_str().expect("a text");
    let logical = uri
        .split_once("functions/${")
        .and_then(|(_, rest)| rest.strip_suffix(".Arn}:live/invocations"));
    let code = &resource(logical.expect("a function's alias"))["Properties"]["CodeUri"];
    let code = code
        .as_str()
        .and_then(|code| code.strip_prefix("functions/"));
    code.expect("the folder of a function")
}

/// A list of objects in the order of one of their keys.
fn sorted(list: &Value, key: &str) -> Value {
    let mut list = list.as_array().expect("a list").clone();
    list.sort_by_key(|item| item[key].to_string());
    Value::Array(list)
}

#[tokio::test]
async fn the_local_table_is_the_one_of_the_template() {
    let service = Service::start().await;
    let client = service.client();
    let described = client
        .describe_table()
        .table_name(service.table())
        .send()
        .await;
    let table = described
        .expect("the table is there")
        .table
        .expect("it is described");
    let keys: Value = (table.key_schema().iter())
        .map(|key| json!({"AttributeName": key.attribute_name(), "KeyType": key.key_type().as_str()}))
        .collect();
    let attributes: Value = (table.attribute_definitions().iter())
        .map(|attribute| {
            let kind = attribute.attribute_type().as_str();
            json!({"AttributeName": attribute.attribute_name(), "AttributeType": kind})
        })
        .collect();
    let billing = table
        .billing_mode_summary()
        .and_then(|summary| summary.billing_mode());
    let expiry = client
        .describe_time_to_live()
        .table_name(service.table())
        .send()
        .await;
    let expiry = expiry.expect("it is described").time_to_live_description;
    let expiry = expiry.expect("it is described");

    let properties = &resource("Table")["Properties"];
    assert_eq!(
        sorted(&properties["KeySchema"], "AttributeName"),
        sorted(&keys, "AttributeName")
    );
    assert_eq!(
        sorted(&properties["AttributeDefinitions"], "AttributeName"),
        sorted(&attributes, "AttributeName")
    );
    assert_eq!(
        properties["BillingMode"],
        billing.expect("a billing mode").as_str()
    );
    assert_eq!(
        properties["TimeToLiveSpecification"],
        json!({"AttributeName": expiry.attribute_name(), "Enabled": true})
    );
    assert_eq!(expiry.attribute_name(), Some(EXPIRES_AT));
    let indexes: Value = (table.local_secondary_indexes().iter())
        .map(|index| {
            let keys: Value = (index.key_schema().iter())
                .map(|key| json!({"AttributeName": key.attribute_name(), "KeyType": key.key_type().as_str()}))
                .collect();
            let shows = index.projection().expect("an index shows something");
            let kind = shows.projection_type().map(ProjectionType::as_str);
            let mut projection = json!({ "ProjectionType": kind });
            if !shows.non_key_attributes().is_empty() {
                projection["NonKeyAttributes"] = json!(shows.non_key_attributes());
            }
            json!({"IndexName": index.index_name(), "KeySchema": keys, "Projection": projection})
        })
        .collect();
    assert_eq!(
        sorted(&properties["LocalSecondaryIndexes"], "IndexName"),
        sorted(&indexes, "IndexName")
    );
    assert_eq!(properties["GlobalSecondaryIndexes"], Value::Null);
    assert_eq!(table.global_secondary_indexes().len(), 0);
}

/// The routes of the catalogue that `which` holds for.
fn catalogued(which: impl Fn(Authentication) -> bool) -> Routes {
    let endpoints = catalogue::all().filter(|endpoint| which(endpoint.authentication));
    let routes = endpoints
        .map(|endpoint| [endpoint.function, endpoint.method, endpoint.path].map(str::to_owned));
    routes.map(Into::into).collect()
}

#[test]
fn the_routes_of_the_template_are_those_of_the_catalogue() {
    assert_eq!(declared(|_, _| true), catalogued(|_| true));
}

#[tokio::test]
async fn the_gateway_answers_browsers_as_the_functions_do() {
    let origin = "https://shop.example";
    let service =
        Service::with(|config| config.origins = vec![origin.parse().expect("a value")]).await;
    let preflight = service
        .request("OPTIONS", "/v1/site/login")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .await;
    let body = &resource("Api")["Properties"]["DefinitionBody"];
    let [condition, cors, without] = body["x-amazon-apigateway-cors"]
        .as_array()
        .expect("a condition")
        .as_slice()
    else {
        panic!("the condition has two arms");
    };
    assert_eq!(
        (condition, without),
        (&json!("HasOrigins"), &json!("AWS::NoValue"))
    );
    for (name, key) in [
        ("access-control-allow-credentials", "allowCredentials"),
        ("access-control-allow-methods", "allowMethods"),
        ("access-control-allow-headers", "allowHeaders"),
        ("access-control-max-age", "maxAge"),
    ] {
        let answered = preflight.headers[name].to_str().expect("a text");
        let declared = match &cors[key] {
            Value::Array(list) => list
                .iter()
                .map(|text| text.as_str().expect("a text"))
                .collect::<Vec<_>>()
                .join(","),
            value => value.to_string(),
        };
        assert_eq!(answered, declared, "{name}");
    }
}

#[test]
fn every_parameter_is_described_and_has_a_default_within_its_bounds() {
    for (name, parameter) in template()["Parameters"].as_object().expect("parameters") {
        assert!(parameter["Description"].is_string(), "{name}");
        let default = &parameter["Default"];
        assert!(!default.is_null(), "{name}");
        let bounds = ["AllowedPattern", "AllowedValues", "MinValue"];
        assert!(
            bounds.iter().any(|bound| !parameter[bound].is_null()),
            "{name}"
        );
        if let Some(allowed) = parameter["AllowedValues"].as_array() {
            assert!(allowed.contains(default), "{name}");
        }
        if let Some(least) = parameter["MinValue"].as_i64() {
            assert!(default.as_i64() >= Some(least), "{name}");
        }
    }
}

#[test]
fn the_operators_routes_are_closed_to_all_but_iam_signed_callers() {
    let schemes = &resource("Api")["Properties"]["DefinitionBody"]["components"]["securitySchemes"];
    let signed = &schemes["AWS_IAM"]["x-amazon-apigateway-authtype"];
    assert_eq!(*signed, "awsSigv4");
    let closed = catalogued(|authentication| authentication == Authentication::Operator);
    assert_eq!(declared(|path, _| path.starts_with("/admin")), closed);
    let signed = json!([{ "AWS_IAM": [] }]);
    assert_eq!(
        declared(|_, operation| operation["security"] == signed),
        closed
    );
    assert_eq!(
        declared(|_, operation| !operation["security"].is_null()),
        closed
    );
}
