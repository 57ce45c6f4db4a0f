//! Each endpoint's valid request, with what storage says to it.

use std::sync::Arc;

use serde_json::Value as Json;
use tests::catalogue::{self, Endpoint, parameter::Value};

use crate::{
    recording::Recording,
    requests::Requests,
    stage::{Stage, assert_good},
    subject::Subject,
};

/// The function that remembers the ledgers that it met.
const REMEMBERS: &str = "points";

/// An event, and what storage says while it is answered.
#[derive(Clone)]
pub struct Take {
    pub event: Json,
    pub recording: Arc<Recording>,
}

/// A request to an endpoint.
pub struct Case {
    /// The function that answers it.
    pub function: &'static str,
    /// Method and path.
    pub endpoint: String,
    /// Whether it takes the time of a password's hash.
    pub hashes: bool,
    /// Asked of a process that has just started.
    pub first: Take,
    /// Asked from then on.
    pub then: Take,
}

/// A valid request to every endpoint of the catalogue.
pub async fn all(stage: &mut Stage<'_>) -> Vec<Case> {
    let mut requests = Requests::default();
    let mut cases = Vec::new();
    for (number, endpoint) in catalogue::all().enumerate() {
        let mut subject = Subject::new(number);
        for fixture in endpoint.fixtures {
            subject.prepare(stage, &mut requests, *fixture).await;
        }
        let events = events(endpoint, &subject, &mut requests);
        cases.push(record(stage, endpoint, events).await);
    }
    cases
}

/// What is asked first, and what is asked then: two entries have two keys.
fn events(endpoint: &Endpoint, subject: &Subject, requests: &mut Requests) -> [Json; 2] {
    let mut event = |values: &[(&str, Value)]| {
        let mut request = endpoint.request(|value| subject.text(value));
        for (name, value) in values {
            let mut fields = request.fields.iter_mut();
            if let Some((_, text)) = fields.find(|(field, _)| field == name) {
                *text = subject.text(*value);
            }
        }
        requests.event(&request, &endpoint.key())
    };
    let first = event(&[]);
    if endpoint.function == REMEMBERS {
        [first, event(&[("key", Value::Text("order-2"))])]
    } else {
        [first.clone(), first]
    }
}

/// Writes down what storage says to a process that has just started; of one that remembers, also what
/// storage says then.
async fn record(stage: &Stage<'_>, endpoint: &Endpoint, events: [Json; 2]) -> Case {
    let mut process = stage.start(endpoint.function).await;
    let mut takes = Vec::new();
    for event in events {
        if !takes.is_empty() && endpoint.function != REMEMBERS {
            break;
        }
        stage.recorder.record();
        let answer = process.answer(&event).await;
        assert_good(&event, &answer);
        let recording = stage.recorder.recorded();
        takes.push(Take { event, recording });
    }
    let then = takes.pop().expect("one was made");
    Case {
        function: endpoint.function,
        endpoint: endpoint.key(),
        hashes: endpoint.hashes,
        first: takes.pop().unwrap_or_else(|| then.clone()),
        then,
    }
}
