//! Every call of every endpoint, broken in every way: the client has an answer of its family in time,
//! asking again gives what an undisturbed request gives, and what holds in the table at rest holds.
//! What is right of a single case stands in `case`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tests::{
    catalogue::{self, Endpoint},
    proxy::{Call, Fault},
};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    case::{Case, Mode, Undisturbed},
    harness::{Harness, Pace},
    results::Results,
    states::{MESSAGES, POINTS, REGISTRATION, SESSIONS, State},
    subject::Subject,
};

/// How many services are broken at once. Most of them wait for a call that hangs.
const AT_ONCE: u32 = 24;
static TURNS: Semaphore = Semaphore::const_new(AT_ONCE as usize);

async fn undisturbed(state: &State) -> Undisturbed {
    let harness = Harness::start(false, Pace::FAST).await;
    let subject = Subject::prepare(&harness.service, 1, &state.needs()).await;
    harness.script.record();
    let first = harness.answer(state, &subject).await.said;
    let recorded = harness.script.recorded();
    let second = harness.answer(state, &subject).await.said;
    assert!(!first.is_fault(state), "{first:?}");
    let mut seen = BTreeMap::new();
    let mut calls: Vec<(String, usize, Call)> = Vec::new();
    for call in recorded {
        // On a busy machine a call may be given up and repeated with nothing broken.
        if calls.iter().any(|(_, _, earlier)| call.repeats(earlier)) {
            continue;
        }
        let count = seen.entry(call.to_string()).or_insert(0);
        calls.push((call.to_string(), *count, call));
        *count += 1;
    }
    let (path, what) = (state.path, state.what);
    assert_eq!(
        calls.is_empty(),
        !state.endpoint().uses_table,
        "{path} {what}"
    );
    Undisturbed {
        first,
        second,
        calls,
    }
}

/// Breaks each call of an endpoint in one way, on a service of its own.
async fn break_each(
    state: &'static State,
    expected: Arc<Undisturbed>,
    fault: Fault,
    mode: Mode,
) -> Results {
    let mut results = Results::default();
    let calls = 0..expected.calls.len();
    let calls: Vec<_> = calls
        .filter(|call| fault.applies_to(&expected.calls[*call].2))
        .collect();
    if calls.is_empty() {
        return results;
    }
    let harness = Harness::start(fault.hangs(), Pace::FAST).await;
    for (number, call) in (1..).zip(calls) {
        let case = Case {
            state,
            expected: Arc::clone(&expected),
            fault,
            mode,
            call,
        };
        case.run(&harness, number, false, &mut results).await;
    }
    results
}

/// Breaks every call of these endpoints in every way.
async fn break_all(what: &str, states: &'static [State]) {
    let mut total = Results::default();
    let mut cases = JoinSet::new();
    for state in states {
        let expected = Arc::new(undisturbed(state).await);
        total.calls += expected.calls.len();
        for fault in Fault::ALL {
            for mode in Mode::ALL
                .into_iter()
                .filter(|mode| mode.is_tried_with(fault))
            {
                let expected = Arc::clone(&expected);
                cases.spawn(async move {
                    let _turn = TURNS.acquire().await.expect("nobody closes it");
                    break_each(state, expected, fault, mode).await
                });
            }
        }
    }
    while let Some(results) = cases.join_next().await {
        total.add(results.expect("a case ends"));
    }
    let put_off = std::mem::take(&mut total.put_off);
    total.again = put_off.len();
    for case in put_off {
        let _alone = TURNS.acquire_many(AT_ONCE).await.expect("nobody closes it");
        let harness = Harness::start(case.fault.hangs(), Pace::SLOW).await;
        case.run(&harness, 1, true, &mut total).await;
    }
    total.print(what, states.len());
    assert!(
        total.wrong.is_empty(),
        "{} wrong:\n{}",
        total.wrong.len(),
        total.wrong.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_under_a_session_it_can_be_asked_for_again() {
    break_all("sessions", SESSIONS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_under_a_registration_it_can_be_asked_for_again() {
    break_all("registration", REGISTRATION).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_under_a_message_it_can_be_asked_for_again() {
    break_all("messages", MESSAGES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_under_the_ledger_it_can_be_asked_for_again() {
    break_all("points", POINTS).await;
}

#[test]
fn no_endpoint_is_left_out() {
    let all = [SESSIONS, REGISTRATION, MESSAGES, POINTS];
    let broken = all.into_iter().flatten();
    let broken: BTreeSet<_> = broken.map(|state| state.endpoint().key()).collect();
    assert_eq!(broken, catalogue::all().map(Endpoint::key).collect());
}
