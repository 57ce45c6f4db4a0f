//! One call of an endpoint, broken in one way: what is seen of it, and whether that is right.
//!
//! What an undisturbed request gives is found by asking twice with nothing broken. A request that was
//! answered as the first of the two is done: asked again it is answered as the second. One that was
//! answered with a fault is either not done, and then answered as the first, or done, and then answered
//! as the second. Either way it is done in the end, which is looked up.

use std::sync::Arc;

use shared::aws::Service as AwsService;
use tests::{
    invariants,
    proxy::{Call, Fault, Pick, Repeat},
};

use crate::support::is_embedded;

use super::{
    harness::{Answer, Harness},
    results::Results,
    said::Said,
    states::State,
    subject::Subject,
};

/// What is said with nothing broken.
pub struct Undisturbed {
    pub first: Said,
    pub second: Said,
    /// The calls of the first request, by name, and how many of that name came before.
    pub calls: Vec<(String, usize, Call)>,
}

/// How a fault is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It comes once: another try goes through.
    Once,
    /// It comes to every repetition.
    Stubborn,
    /// The request's own deadline passes first, and what it does is dropped.
    Dropped,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Once, Self::Stubborn, Self::Dropped];

    const fn repeat(self) -> Repeat {
        match self {
            Self::Once | Self::Dropped => Repeat::Once,
            Self::Stubborn => Repeat::Stubborn,
        }
    }

    /// Another DynamoDB than the embedded one is slow, and has only one thing to show: whether it
    /// knows a transaction again.
    pub fn is_tried_with(self, fault: Fault) -> bool {
        match self {
            // To the caller an answer that never comes is one that got lost, only later.
            Self::Once | Self::Stubborn if fault == Fault::HangAfter => false,
            Self::Once => is_embedded() || fault == Fault::CutAfter,
            Self::Stubborn => is_embedded(),
            Self::Dropped => is_embedded() && fault.hangs(),
        }
    }
}

/// A call of an endpoint that is broken in one way.
#[derive(Clone)]
pub struct Case {
    pub state: &'static State,
    pub expected: Arc<Undisturbed>,
    pub fault: Fault,
    pub mode: Mode,
    /// Which of the endpoint's calls.
    pub call: usize,
}

/// What became of a case in which all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The first answer was that of an undisturbed request.
    Survived,
    /// The carrier refused, and took the message when it was asked again.
    Refused,
    /// The first answer was a fault, and the second as if nothing had been asked.
    Undone,
    /// A message or mail stays counted, though the first answer was a fault: the deadline ended the request
    /// in between, or nobody heard that it was counted.
    LeftCounted,
    /// Others wrote the same items all the time, so the first answer was to try again in a second.
    Busy,
    /// The first answer was a fault though it was done, as the second says.
    Done,
}

/// Why nothing is known of a case yet, or what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// A busy machine does the same.
    Busy(&'static str),
    Wrong(&'static str),
}

use Doubt::{Busy, Wrong};

impl Case {
    /// Breaks the call on a harness, for the subject of that number. Whatever a busy machine may have
    /// spoiled is put off, once.
    pub async fn run(self, harness: &Harness, number: u32, is_again: bool, results: &mut Results) {
        let Self { state, mode, .. } = self;
        let Harness {
            service, script, ..
        } = harness;
        let (name, place, call) = &self.expected.calls[self.call];
        let subject = Subject::prepare(service, number, &state.needs()).await;
        let pick = Pick::Named(name.clone(), *place);
        script.arm(pick, self.fault, mode.repeat());
        let first = match mode {
            Mode::Once | Mode::Stubborn => harness.answer(state, &subject).await,
            Mode::Dropped => harness.hasty_answer(state, &subject).await,
        };
        let struck = script.disarm();
        let second = harness.answer(state, &subject).await;
        let what = format!(
            "{} {} ({}): {:?} {mode:?} at {name}",
            state.method, state.path, state.what, self.fault
        );
        let mut wrong = Vec::new();
        for answer in [&first, &second] {
            if answer.is_late {
                wrong.push("it is answered after the deadline");
            }
            if answer.lines.len() != 1 {
                wrong.push("the log has one line of a request");
            }
        }
        match self.outcome(&first, &second, struck) {
            Ok(outcome) => {
                // A carrier that hangs, or says yes illegibly, has not always taken the message.
                let is_carriers = call.service != AwsService::DynamoDb;
                let may_be_seen = outcome != Outcome::LeftCounted && !is_carriers;
                if may_be_seen && !state.done.is_seen(service, &subject).await {
                    wrong.push("it is said to be done, and is not");
                }
                results.count(outcome, &what);
            }
            Err(Busy(_)) if !is_again => return results.put_off.push(self),
            Err(Busy(sentence) | Wrong(sentence)) => wrong.push(sentence),
        }
        results.cases += 1;
        let why = first.fault().unwrap_or("no fault");
        let (first, second) = (&first.said, &second.said);
        results.wrong.extend(wrong.into_iter().map(|wrong| {
            format!("{what}: {wrong} ({why})\n    first {first:?}\n    then {second:?}")
        }));
        let dump = service.dump().await;
        let mut found = invariants::violations(&dump, service.now(), &service.key());
        let spent =
            invariants::spent_for_nothing(&dump, service.now(), &service.key(), &subject.issued);
        found.extend(spent);
        let found = found.into_iter();
        let found = found.map(|wrong| format!("{what}: {wrong}"));
        results.wrong.extend(found);
    }

    fn outcome(&self, first: &Answer, second: &Answer, struck: usize) -> Result<Outcome, Doubt> {
        let Self {
            state,
            expected,
            fault,
            mode,
            ..
        } = self;
        let (_, _, call) = &expected.calls[self.call];
        let logged = first.fault();
        let (first, second) = (&first.said, &second.said);
        let is_fault = first.is_fault(state);
        if struck == 0 {
            let nothing = "nothing was broken";
            // The deadline may have passed before.
            return Err(if *mode == Mode::Dropped {
                Busy(nothing)
            } else {
                Wrong(nothing)
            });
        }
        if is_fault != logged.is_some() {
            return Err(Wrong("a fault is logged, and nothing else is"));
        }
        if *first == expected.first {
            return if *second == expected.second {
                Ok(Outcome::Survived)
            } else {
                Err(Wrong("it was done, and is done otherwise again"))
            };
        }
        if !is_fault {
            let conflicts = [Fault::TransactionConflict, Fault::ThrottledInside];
            if first.is_busy() && conflicts.contains(fault) {
                return if *second == expected.first {
                    Ok(Outcome::Busy)
                } else {
                    Err(Wrong(
                        "what met others is not done when it is asked for again",
                    ))
                };
            }
            return if !first.is_refused_by_carrier() || call.operation != "Publish" {
                Err(Wrong("an answer that nobody gets undisturbed"))
            } else if *second == expected.first {
                Ok(Outcome::Refused)
            } else {
                Err(Wrong(
                    "a refused message is not sent when it is asked for again",
                ))
            };
        }
        let says = |what: &str| logged.is_some_and(|fault| fault.contains(what));
        if *mode == Mode::Dropped && !says("there was no answer within") {
            return Err(Wrong(
                "only the deadline is seen of a call that hangs until then",
            ));
        }
        if *mode == Mode::Once && call.service == AwsService::DynamoDb {
            let survivable = "another try would have gone through";
            // Where calls are given up early, another may look hung.
            return Err(if fault.hangs() && says("timeout") {
                Busy(survivable)
            } else {
                Wrong(survivable)
            });
        }
        if *second == expected.first {
            Ok(Outcome::Undone)
        } else if (*mode == Mode::Dropped || call.operation == "TransactWriteItems")
            && state.done.leaves_counts()
            && !second.is_fault(state)
        {
            // Only what the provider refused is taken back.
            Ok(Outcome::LeftCounted)
        } else if *second == expected.second {
            Ok(Outcome::Done)
        } else {
            Err(Wrong("asked again it is answered as nobody is undisturbed"))
        }
    }
}
