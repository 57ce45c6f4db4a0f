//! Which calls are broken, and what was asked.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{body::Bytes, http::request::Parts};
use serde_json::Value;
use shared::{aws::Service, base::random::Random};

use super::Fault;

/// A call to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of which service.
    pub service: Service,
    /// Its name in the API.
    pub operation: String,
    /// What was sent.
    pub body: Bytes,
}

impl Call {
    /// Reads what a request calls: DynamoDB names its operation in a header, SES has a path of its
    /// own for each, and SNS a form.
    pub(super) fn new(parts: &Parts, body: Bytes) -> Self {
        let target = parts.headers.get("x-amz-target");
        let target = target.and_then(|value| value.to_str().ok());
        let (service, operation) = match target {
            Some(target) => (Service::DynamoDb, target.rsplit('.').next()),
            None if parts.uri.path().starts_with("/v2/") => (Service::SesV2, Some("SendEmail")),
            None => (Service::Sns, Some("Publish")),
        };
        Self {
            service,
            operation: operation.unwrap_or_default().to_owned(),
            body,
        }
    }

    /// Its body as JSON; `null` where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it changes items of the table.
    #[must_use]
    pub fn writes_the_table(&self) -> bool {
        ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"].contains(&&*self.operation)
    }

    /// Whether another call asks for the very same: a repetition.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        let asked = |call: &Self| {
            let mut body = call.json();
            if let Some(fields) = body.as_object_mut() {
                fields.remove("ClientRequestToken");
            }
            (call.service, call.operation.clone(), body)
        };
        self.body == other.body && self.operation == other.operation
            || (self.service == Service::DynamoDb && asked(self) == asked(other))
    }
}

/// The call's name, the same for whichever member or address it is about: its operation, the kinds
/// of its items, and what it does to them.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        let body = self.json();
        for write in body["TransactItems"].as_array().into_iter().flatten() {
            for (kind, write) in write.as_object().into_iter().flatten() {
                write!(f, " {kind}{}", what(write))?;
            }
        }
        for table in body["RequestItems"].as_object().into_iter().flatten() {
            for key in table.1["Keys"].as_array().into_iter().flatten() {
                write!(f, "{}", place(key))?;
            }
        }
        f.write_str(&what(&body))
    }
}

fn what(write: &Value) -> String {
    let item = if write["Key"].is_null() {
        place(&write["Item"])
    } else {
        place(&write["Key"])
    };
    let update = write["UpdateExpression"].as_str().unwrap_or_default();
    let first: Vec<_> = update.split_whitespace().take(2).collect();
    let index = write["IndexName"].as_str().unwrap_or_default();
    let mut text = item;
    for part in [&first.join(" "), index] {
        if !part.is_empty() {
            text = format!("{text} {}", part.trim_end_matches(','));
        }
    }
    text
}

/// The kind of an item: its keys up to what only one has.
fn place(key: &Value) -> String {
    let kind = |name: &str| {
        let text = key[name]["S"].as_str()?;
        text.split('#').next().map(str::to_owned)
    };
    match (kind("pk"), kind("sk")) {
        (Some(pk), Some(sk)) => format!(" {pk}/{sk}"),
        _ => String::new(),
    }
}

/// Which call is broken, counted from when the script is armed; where the fault cannot happen to it,
/// the next that it can happen to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The n-th of all, from 0.
    Nth(usize),
    /// The n-th of those with this name, from 0: parallel calls come in any order.
    Named(String, usize),
}

/// Whether the repetitions of the call that was picked are broken as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The first alone: whoever tries again gets through.
    Once,
    /// So many calls in all, with those that ask for the very same.
    Times(usize),
    /// Every one that asks for the very same.
    Stubborn,
    /// Every one of the same name, whatever it asks for.
    Alike,
}

/// Faults at random.
#[derive(Clone, Debug)]
pub struct Rate {
    /// How many calls of a million are broken.
    pub per_million: u32,
    /// In which ways, each as likely; one that cannot happen to a call does not.
    pub faults: Vec<Fault>,
    /// Where the dice come from: the same seed gives the same run of dice.
    pub random: Random,
}

#[derive(Debug)]
struct Armed {
    pick: Pick,
    fault: Fault,
    repeat: Repeat,
    seen: usize,
    /// The call that was picked, and how often it was broken.
    hit: Option<(Call, usize)>,
}

#[derive(Debug, Default)]
struct State {
    armed: Option<Armed>,
    rate: Option<Rate>,
    recorded: Option<Vec<Call>>,
    struck: usize,
    broken: BTreeMap<Fault, usize>,
}

/// Says what becomes of each call. Cheap to clone: all clones are one script.
#[derive(Clone, Debug, Default)]
pub struct Script(Arc<Mutex<State>>);

impl Script {
    /// Breaks the call that is picked from now on.
    pub fn arm(&self, pick: Pick, fault: Fault, repeat: Repeat) {
        let mut state = self.state();
        state.struck = 0;
        state.armed = Some(Armed {
            pick,
            fault,
            repeat,
            seen: 0,
            hit: None,
        });
    }

    /// Breaks nothing any more, and tells how often something was broken since it was armed.
    #[expect(
        clippy::must_use_candidate,
        reason = "who stops it may not ask how often"
    )]
    pub fn disarm(&self) -> usize {
        let mut state = self.state();
        state.armed = None;
        state.rate = None;
        std::mem::take(&mut state.struck)
    }

    /// Breaks calls at random from now on.
    pub fn at_random(&self, rate: Rate) {
        let mut state = self.state();
        state.struck = 0;
        state.rate = Some(rate);
    }

    /// How often each fault has happened so far.
    #[must_use]
    pub fn broken(&self) -> BTreeMap<Fault, usize> {
        self.state().broken.clone()
    }

    /// Writes down every call from now on.
    pub fn record(&self) {
        self.state().recorded = Some(Vec::new());
    }

    /// The calls since [`record`](Self::record), oldest first; it ends there.
    #[must_use]
    pub fn recorded(&self) -> Vec<Call> {
        self.state().recorded.take().unwrap_or_default()
    }

    /// What goes wrong with a call that has just come.
    pub(super) fn strikes(&self, call: &Call) -> Option<Fault> {
        let mut state = self.state();
        if let Some(calls) = &mut state.recorded {
            calls.push(call.clone());
        }
        let armed = state.armed.as_mut().and_then(|armed| armed.strikes(call));
        let fault = armed.or_else(|| state.rate.as_ref()?.strikes(call));
        if let Some(fault) = fault {
            state.struck += 1;
            *state.broken.entry(fault).or_default() += 1;
        }
        fault
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn strikes(&mut self, call: &Call) -> Option<Fault> {
        if let Some((hit, times)) = &mut self.hit {
            let most = match self.repeat {
                Repeat::Once => 1,
                Repeat::Times(most) => most,
                Repeat::Stubborn | Repeat::Alike => usize::MAX,
            };
            let is_alike = self.repeat == Repeat::Alike && hit.to_string() == call.to_string();
            if *times == most || !(is_alike || hit.repeats(call)) {
                return None;
            }
            *times += 1;
            return Some(self.fault);
        }
        let counted = match &self.pick {
            Pick::Nth(_) => true,
            Pick::Named(name, _) => *name == call.to_string(),
        };
        let (Pick::Nth(place) | Pick::Named(_, place)) = self.pick;
        if !counted {
            return None;
        }
        self.seen += 1;
        if self.seen <= place || !self.fault.applies_to(call) {
            return None;
        }
        self.hit = Some((call.clone(), 1));
        Some(self.fault)
    }
}

impl Rate {
    fn strikes(&self, call: &Call) -> Option<Fault> {
        let [die, kind] = [0, 1].map(|_| u32::from_be_bytes(self.random.bytes()));
        let faults = u32::try_from(self.faults.len())
            .ok()
            .filter(|count| *count > 0)?;
        let fault = self.faults.get((kind % faults) as usize).copied()?;
        (die % 1_000_000 < self.per_million && fault.applies_to(call)).then_some(fault)
    }
}
