//! `template.yaml`: it describes the table that the local stack makes, and routes that exist.

use aws_sdk_dynamodb::types::ProjectionType;
use serde_json::{Value, json};
use shared::store::EXPIRES_AT;

use crate::support::Service;

/// The template as JSON, without the tags of its intrinsic functions.
fn template() -> Value {
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

    let properties = &template()["Resources"]["Table"]["Properties"];
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

#[tokio::test]
async fn every_route_of_the_template_is_served() {
    let service = Service::start().await;
    let template = template();
    let resources = template["Resources"]
        .as_object()
        .expect("resources")
        .values();
    let functions = resources.filter(|resource| resource["Type"] == "AWS::Serverless::Function");
    let captcha = service.get("/captcha").await;
    let picture = format!("/captcha{}", captcha.body["path"].as_str().expect("a path"));
    let mut routes = 0;
    for event in functions.flat_map(|function| {
        let events = function["Properties"]["Events"].as_object();
        events.expect("a function has routes").values()
    }) {
        let route = &event["Properties"];
        let (method, path) = (route["Method"].as_str(), route["Path"].as_str());
        let path = path.expect("a path").replace("/captcha/{file}", &picture);
        let path = path.replace("{id}", "1");
        let request = service.request(method.expect("a method"), &path);
        let reply = request.operator().await;
        assert_eq!(reply.status, 200, "{route}");
        routes += 1;
    }
    assert!(routes >= 12, "{routes}");
}

#[test]
fn the_operators_routes_are_closed_to_all_but_iam_signed_callers() {
    let template = template();
    let auth = &template["Resources"]["Api"]["Properties"]["Auth"];
    assert_eq!(*auth, json!({ "EnableIamAuthorizer": true }));
    let resources = template["Resources"].as_object().expect("resources");
    let mut closed = Vec::new();
    for event in resources
        .values()
        .filter_map(|resource| resource["Properties"]["Events"].as_object())
        .flat_map(|events| events.values())
    {
        let route = &event["Properties"];
        let path = route["Path"].as_str().expect("a path");
        if path.starts_with("/admin/") {
            assert_eq!(route["Auth"], json!({ "Authorizer": "AWS_IAM" }), "{route}");
            closed.push(format!(
                "{} {path}",
                route["Method"].as_str().expect("a method")
            ));
        } else {
            assert_eq!(
                route["Auth"],
                Value::Null,
                "the members' own routes are open"
            );
        }
    }
    closed.sort();
    let both = ["GET", "POST"].map(|method| format!("{method} /admin/members/{{id}}/points"));
    assert_eq!(closed, both);
}
