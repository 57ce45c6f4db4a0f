//! What each function may do is what it does: every call of every test is allowed by the template,
//! else it fails, and all that the template allows is called.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde_json::{Value, json};

use crate::{
    secrets,
    support::{Service, mobile::REGIST_SMS},
    template::{functions, resource},
};

/// The actions on AWS's services that the template grants to a function, beside its log.
pub fn granted(function: &str) -> &'static BTreeSet<String> {
    static GRANTED: OnceLock<BTreeMap<&str, BTreeSet<String>>> = OnceLock::new();
    let all = GRANTED.get_or_init(|| {
        let names = functions().into_iter().map(|(name, _)| name);
        names.map(|name| (name, actions(name))).collect()
    });
    all.get(function).expect("the template has the function")
}

/// The beginnings of the partition keys that the template grants a function.
pub fn granted_partitions(function: &str) -> &'static BTreeSet<String> {
    static GRANTED: OnceLock<BTreeMap<&str, BTreeSet<String>>> = OnceLock::new();
    let all = GRANTED.get_or_init(|| {
        let names = functions().into_iter().map(|(name, _)| name);
        let on_table = |statement: &&Value| statement["Action"].to_string().contains("dynamodb:");
        let prefixes = names.map(|name| {
            let statements = statements(name).into_iter().filter(on_table);
            let patterns = statements.flat_map(|statement| texts(leading_keys(statement)));
            let prefix = |pattern: String| {
                let prefix = pattern.strip_suffix('*').expect("a pattern ends in *");
                prefix.to_owned()
            };
            (name, patterns.map(prefix).collect())
        });
        prefixes.collect()
    });
    all.get(function).expect("the template has the function")
}

fn leading_keys(statement: &Value) -> &Value {
    &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
}

fn actions(function: &str) -> BTreeSet<String> {
    let statements = statements(function).into_iter();
    let actions = statements.flat_map(|statement| texts(&statement["Action"]));
    actions
        .filter(|action| !action.starts_with("logs:"))
        .collect()
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    let list = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    let texts = list.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn statements(function: &str) -> Vec<&'static Value> {
    let found = functions().into_iter().find(|(name, _)| *name == function);
    let (_, properties) = found.expect("the template has the function");
    let role = properties["Role"]
        .as_str()
        .and_then(|role| role.strip_suffix(".Arn"));
    let policies = &resource(role.expect("a role"))["Properties"]["Policies"];
    let policies = policies.as_array().expect("policies").iter();
    let statements = policies.filter_map(|policy| policy["PolicyDocument"]["Statement"].as_array());
    statements.flatten().map(unconditional).collect()
}

/// What stands in the first arm of a condition: the statements that the Chinese regions lack.
fn unconditional(statement: &Value) -> &Value {
    match statement.as_array() {
        Some(arms) => {
            assert_eq!(
                (&arms[0], &arms[2]),
                (&json!("HasMessages"), &json!("AWS::NoValue"))
            );
            &arms[1]
        }
        None => statement,
    }
}

#[tokio::test]
async fn all_that_is_allowed_is_called() {
    let service = Service::start().await;
    secrets::run(&service).await;
    end_a_leaked_session(&service).await;

    let capped = Service::sending(|config| config.per_day = 1).await;
    for mobile in ["13800138001", "13800138002"] {
        capped.ask(REGIST_SMS, mobile).await;
    }

    let mut called: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for sent in [service.take_sent(), capped.take_sent()].concat() {
        called
            .entry(sent.function)
            .or_default()
            .extend(sent.actions());
    }
    // The registration alone is linked with the carriers' clients.
    for message in service.inbox.all().await {
        let action = if message.to.starts_with("+86") {
            "sns:Publish"
        } else {
            "ses:SendEmail"
        };
        called
            .entry("registration")
            .or_default()
            .insert(action.to_owned());
    }
    for (function, _) in functions() {
        let called = called.remove(function).unwrap_or_default();
        assert_eq!(called, *granted(function), "{function}");
    }
}

/// Both functions that refresh end a session whose retired token turns up again.
async fn end_a_leaked_session(service: &Service) {
    service.register("leaked-token").await;
    for path in ["/v1/site/refresh", "/v2/customer/account/refresh"] {
        let session = service.login("leaked-token", "app").await;
        let retired = session["refresh_token"].as_str().expect("a token");
        let present = || {
            let fields = [("refresh_token", retired), ("group", "app")];
            service.post(path).form(&fields)
        };
        let renewed = present().await;
        let access = renewed.body["data"]["access_token"]
            .as_str()
            .expect("a token");
        service.get("/api/v1/account/current").bearer(access).await;
        service.advance(61);
        assert_eq!(present().await.body["code"], 401);
    }
}

#[test]
fn nothing_is_allowed_on_more_than_it_is_needed_for() {
    for (function, _) in functions() {
        for statement in statements(function) {
            assert_eq!(statement["Effect"], "Allow");
            let actions = statement["Action"].to_string();
            assert!(
                !actions.contains('*') && !actions.contains("Scan"),
                "{function}: {actions}"
            );
            let resources = texts(&statement["Resource"]);
            let all = |narrow: &dyn Fn(&str) -> bool| {
                !resources.is_empty() && resources.iter().all(|resource| narrow(resource))
            };
            let narrow = if actions.contains("dynamodb:") {
                let keys = texts(leading_keys(statement));
                !keys.is_empty()
                    && keys.iter().all(|key| key.ends_with("#*"))
                    && all(&|resource| {
                        resource == "Table.Arn" || resource.starts_with("${Table.Arn}/index/by_")
                    })
            } else if actions.contains("logs:") {
                all(&|resource| resource.ends_with("Log.Arn"))
            } else if actions.contains("ses:") {
                let sender = &statement["Condition"]["StringEquals"]["ses:FromAddress"];
                actions == r#""ses:SendEmail""# && sender == "MailFrom"
            } else {
                let topics = "arn:${AWS::Partition}:sns:*:*:*";
                actions == r#""sns:Publish""# && statement["NotResource"] == topics
            };
            assert!(narrow, "{function}: {statement}");
        }
    }
}
