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

/// The routes of the template that `which` holds for.
fn declared(which: impl Fn(&Value) -> bool) -> Routes {
    let mut routes = Routes::new();
    for (function, properties) in functions() {
        let none = serde_json::Map::new();
        let events = properties["Events"].as_object().unwrap_or(&none);
        for event in events.values() {
            assert_eq!(event["Type"], "HttpApi");
            let route = &event["Properties"];
            assert_eq!(route["ApiId"], "Api");
            let text = |key: &str| route[key].as_str().expect("a text").to_owned();
            if which(route) {
                let new = routes.insert((function.to_owned(), text("Method"), text("Path")));
                assert!(new, "{route} is there twice");
            }
        }
    }
    routes
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
    assert_eq!(declared(|_| true), catalogued(|_| true));
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
    let cors = &resource("Api")["Properties"]["CorsConfiguration"];
    for (name, key) in [
        ("access-control-allow-credentials", "AllowCredentials"),
        ("access-control-allow-methods", "AllowMethods"),
        ("access-control-allow-headers", "AllowHeaders"),
        ("access-control-max-age", "MaxAge"),
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
    let auth = &resource("Api")["Properties"]["Auth"];
    assert_eq!(*auth, json!({ "EnableIamAuthorizer": true }));
    let closed = catalogued(|authentication| authentication == Authentication::Operator);
    let is_operators = |route: &Value| {
        let path = route["Path"].as_str();
        path.is_some_and(|path| path.starts_with("/admin"))
    };
    assert_eq!(declared(is_operators), closed);
    let signed = json!({ "Authorizer": "AWS_IAM" });
    assert_eq!(declared(|route| route["Auth"] == signed), closed);
    assert_eq!(declared(|route| !route["Auth"].is_null()), closed);
}
