//! The AWS of a test run, and what was sent to its DynamoDB.

use std::sync::{Arc, Mutex, OnceLock};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
};
use huiyuan::aws::{self, EmbeddedAws};
use serde_json::Value;
use shared::aws::{Aws, Service};
use tokio::runtime::Runtime;

use crate::template::permissions;

/// The AWS that the environment names; where it names none, one in this process, shared by all
/// tests.
pub fn aws() -> Aws {
    let Some(external) = external() else {
        return embedded().aws();
    };
    let left_out = Service::ALL
        .into_iter()
        .filter(|service| external.endpoint(*service).is_none());
    let embedded = |service| embedded().aws().endpoint(service).map(str::to_owned);
    left_out.fold(external.clone(), |aws, service| {
        aws.at(
            service,
            &embedded(service).expect("it answers every service"),
        )
    })
}

/// What the environment names of an AWS: some or all of its services.
pub fn external() -> Option<Aws> {
    shared::aws::from_environment().expect("the environment's settings of AWS are good")
}

fn embedded() -> &'static EmbeddedAws {
    static EMBEDDED: OnceLock<(Runtime, EmbeddedAws)> = OnceLock::new();
    let start = || {
        // A runtime of its own, for each test's ends with the test.
        let runtime = Runtime::new().expect("a runtime starts");
        let started = std::thread::scope(|scope| {
            let start = scope.spawn(|| {
                runtime.block_on(async {
                    let listener = aws::listen(0).await.expect("a port is free");
                    EmbeddedAws::start(listener, None)
                        .await
                        .expect("a database in memory opens")
                })
            });
            start.join().expect("the embedded AWS starts")
        });
        (runtime, started)
    };
    &EMBEDDED.get_or_init(start).1
}

/// A request to DynamoDB.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The function that sent it.
    pub function: &'static str,
    /// The operation's name in the API.
    pub operation: String,
    /// Its JSON.
    pub body: Value,
}

impl Sent {
    /// What a role must allow for it: a transaction takes the permissions of what is in it.
    pub fn actions(&self) -> Vec<String> {
        if self.operation != "TransactWriteItems" {
            return vec![format!("dynamodb:{}", self.operation)];
        }
        let items = self.body["TransactItems"].as_array().expect("a list");
        let kinds = items.iter().flat_map(|item| {
            let kinds = item.as_object().expect("an item of a transaction").keys();
            kinds.map(|kind| match kind.as_str() {
                "ConditionCheck" => "dynamodb:ConditionCheckItem".to_owned(),
                kind => format!("dynamodb:{kind}Item"),
            })
        });
        kinds.collect()
    }
}

/// The partition keys in a request: of items, of keys, and of a query's condition.
fn partitions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value["S"].as_str() {
                    Some(text) if name == "pk" || name == ":pk" => found.push(text.to_owned()),
                    _ => partitions(value, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| partitions(value, found)),
        _ => {}
    }
}

/// Writes down every request of a function. One that the template does not allow it fails.
#[derive(Debug)]
pub struct Recorder {
    pub function: &'static str,
    pub sent: Arc<Mutex<Vec<Sent>>>,
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let sent = Sent {
            function: self.function,
            operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
            body: serde_json::from_slice(body)?,
        };
        let granted = permissions::granted(self.function);
        for action in sent.actions() {
            if !granted.contains(&action) {
                return Err(format!("{} is not allowed {action}", self.function).into());
            }
        }
        let mut keys = Vec::new();
        partitions(&sent.body, &mut keys);
        let granted = permissions::granted_partitions(self.function);
        for key in keys {
            if !granted.iter().any(|prefix| key.starts_with(prefix)) {
                let kind = key.split('#').next().unwrap_or_default();
                return Err(
                    format!("{} is not allowed the partition {kind}#", self.function).into(),
                );
            }
        }
        self.sent.lock().expect("no test panics with it").push(sent);
        Ok(())
    }
}
