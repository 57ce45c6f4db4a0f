//! `template.yaml`: what is kept, logged and watched.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::template::{functions, resource, template};

#[test]
fn every_log_ends_and_the_table_stays() {
    let resources = template()["Resources"].as_object().expect("resources");
    let logs = resources
        .values()
        .filter(|resource| resource["Type"] == "AWS::Logs::LogGroup");
    let retention: Vec<_> = logs
        .map(|log| &log["Properties"]["RetentionInDays"])
        .collect();
    assert_eq!(retention, vec!["LogDays"; 5]);
    for (function, properties) in functions() {
        let log = properties["LoggingConfig"]["LogGroup"]
            .as_str()
            .expect("a log");
        let name = &resource(log)["Properties"]["LogGroupName"];
        assert_eq!(*name, format!("/${{AWS::StackName}}/{function}"));
    }
    let table = resource("Table");
    assert_eq!(
        (&table["DeletionPolicy"], &table["UpdateReplacePolicy"]),
        (&json!("Retain"), &json!("Retain"))
    );
    let properties = &table["Properties"];
    assert_eq!(properties["DeletionProtectionEnabled"], true);
    assert_eq!(
        properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    // The key that DynamoDB owns, which costs nothing.
    assert_eq!(properties["SSESpecification"], Value::Null);
}

#[test]
fn the_gateways_log_holds_no_path_and_no_query() {
    let format = resource("Api")["Properties"]["AccessLogSettings"]["Format"].as_str();
    let format: Value = serde_json::from_str(format.expect("a format")).expect("it is JSON");
    for variable in format.as_object().expect("an object").values() {
        let variable = variable.as_str().expect("a variable");
        assert!(
            !variable.contains("path") && !variable.contains("query"),
            "{variable}"
        );
        assert!(!variable.contains("sourceIp"), "{variable}");
    }
    assert_eq!(format["route"], "$context.routeKey");
}

#[test]
fn what_alarms_and_pictures_show_is_counted() {
    let counted = include_str!("../../../shared/src/telemetry/metrics.rs");
    let resources = template()["Resources"].as_object().expect("resources");
    let alarms = resources
        .values()
        .filter(|resource| resource["Properties"]["Namespace"] == "Huiyuan")
        .filter_map(|resource| resource["Properties"]["MetricName"].as_str());
    let dashboard = resource("Dashboard")["Properties"]["DashboardBody"]
        .as_str()
        .expect("a text");
    let dashboard: Value = serde_json::from_str(dashboard).expect("it is JSON");
    let widgets = dashboard["widgets"].as_array().expect("widgets").iter();
    let shown = widgets
        .filter_map(|widget| widget["properties"]["metrics"].as_array())
        .flatten();
    let ours = shown
        .filter(|metric| metric[0] == "Huiyuan")
        .filter_map(|metric| metric[1].as_str());
    let names: BTreeSet<_> = alarms.chain(ours).collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        assert!(
            counted.contains(&format!("\"{name}\"")),
            "{name} is not counted"
        );
    }
}

#[test]
fn whoever_is_woken_by_an_alarm_can_read_of_it() {
    let resources = template()["Resources"].as_object().expect("resources");
    let alarms = resources
        .iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::CloudWatch::Alarm");
    let names: Vec<_> = alarms.map(|(name, _)| format!("`{name}`")).collect();
    assert!(names.contains(&"`ProviderAlarm`".to_owned()), "{names:?}");
    let document = include_str!("../../../docs/operating.md");
    for name in names {
        assert!(document.contains(&name), "{name} is not explained");
    }
}
