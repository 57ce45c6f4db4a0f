//! Every call of every endpoint, broken in every way: the client has an answer of its family in time,
//! asking again gives what an undisturbed request gives, and what holds in the table at rest holds.
//!
//! What an undisturbed request gives is found by asking twice with nothing broken. A request that was
//! answered as the first of the two is done: asked again it is answered as the second. One that was
//! answered with a fault is either not done, and then answered as the first, or done, and then answered
//! as the second; where these differ, it is looked up whether it is done.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use shared::{aws::Service as AwsService, deadline::Deadline};
use tests::{
    invariants,
    proxy::{Call, Fault, Pick, Repeat, Script},
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    support::{RequestBuilder, Service, is_embedded},
    template,
};

use super::{
    endpoints::{By, Done, Endpoint, MESSAGES, POINTS, REGISTRATION, SESSIONS},
    said::Said,
    subject::Subject,
    tally::Tally,
};

/// By when a request has its answer where calls hang: one is given up after a seventh of it.
const DEADLINE: Duration = Duration::from_secs(7);

/// How long the tests wait for it: long enough for a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A deadline that passes before a hung call is given up.
const HASTE: Duration = Duration::from_millis(600);

/// How many services are broken at once. Most of them wait for a call that hangs.
const AT_ONCE: usize = 24;
static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// A service on a way that breaks.
async fn start(hangs: bool) -> (Service, Script) {
    Service::faulty(
        |config| {
            if hangs {
                config.deadline = Deadline::after(DEADLINE);
            }
        },
        |config| {
            config.sms_patience = Duration::from_secs(1);
            config.mail_patience = Duration::from_millis(300);
        },
    )
    .await
}

/// What is said with nothing broken.
struct Undisturbed {
    first: Said,
    second: Said,
    /// The calls of the first request, by name, and how many of that name came before.
    calls: Vec<(String, usize, Call)>,
}

async fn undisturbed(endpoint: &Endpoint) -> Undisturbed {
    let (service, script) = start(false).await;
    let subject = Subject::prepare(&service, 1, endpoint.needs).await;
    script.record();
    let first = answer(&service, endpoint, &subject).await;
    let recorded = script.recorded();
    let second = answer(&service, endpoint, &subject).await;
    assert!(!first.is_fault(endpoint), "{first:?}");
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
    Undisturbed {
        first,
        second,
        calls,
    }
}

async fn answer(service: &Service, endpoint: &Endpoint, subject: &Subject) -> Said {
    answered((endpoint.ask)(service, subject), subject).await
}

async fn answered(request: RequestBuilder, subject: &Subject) -> Said {
    let reply = tokio::time::timeout(PATIENCE, request.into_future()).await;
    Said::of(&reply.expect("there is an answer"), subject)
}

/// How a fault is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It comes once: another try goes through.
    Once,
    /// It comes to every repetition.
    Stubborn,
    /// The request's own deadline passes first, and what it does is dropped.
    Dropped,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Once, Self::Stubborn, Self::Dropped];

    fn repeat(self) -> Repeat {
        match self {
            Self::Once | Self::Dropped => Repeat::Once,
            Self::Stubborn => Repeat::Stubborn,
        }
    }

    /// Another DynamoDB than the embedded one is slow, and has only one thing to show: whether it
    /// knows a transaction again.
    fn is_tried_with(self, fault: Fault) -> bool {
        match self {
            // To the caller an answer that never comes is one that got lost, only later.
            Self::Once | Self::Stubborn if fault == Fault::HangAfter => false,
            Self::Once => is_embedded() || fault == Fault::CutAfter,
            Self::Stubborn => is_embedded(),
            Self::Dropped => is_embedded() && fault.hangs(),
        }
    }
}

/// Breaks each call of an endpoint in one way, on a service of its own.
async fn break_each(
    endpoint: &'static Endpoint,
    expected: Arc<Undisturbed>,
    fault: Fault,
    mode: Mode,
) -> Tally {
    let mut tally = Tally::default();
    let calls = expected.calls.iter();
    let calls: Vec<_> = calls
        .filter(|(_, _, call)| fault.applies_to(call))
        .collect();
    if calls.is_empty() {
        return tally;
    }
    let (service, script) = start(fault.hangs()).await;
    let hasty = service.hasty(Deadline::after(HASTE));
    for (number, (name, place, call)) in (1..).zip(calls) {
        let subject = Subject::prepare(&service, number, endpoint.needs).await;
        script.arm(Pick::Named(name.clone(), *place), fault, mode.repeat());
        let request = (endpoint.ask)(&service, &subject);
        let request = match mode {
            Mode::Once | Mode::Stubborn => request,
            Mode::Dropped => request.through(&hasty),
        };
        let first = answered(request, &subject).await;
        let struck = script.disarm();
        let fault_logged = service.last_line().fault;
        let second = answer(&service, endpoint, &subject).await;
        tally.cases += 1;
        let what = format!(
            "{} {} ({}): {fault:?} {mode:?} at {name}",
            endpoint.method, endpoint.path, endpoint.what
        );
        let mut complain = |wrong: &str| {
            let why = fault_logged.as_deref().unwrap_or("no fault");
            let wrong =
                format!("{what}: {wrong} ({why})\n    first {first:?}\n    then {second:?}");
            tally.wrong.push(wrong);
        };
        // A busy machine may not get as far before the deadline.
        if struck == 0 && mode != Mode::Dropped {
            complain("nothing was broken");
        }
        if first.is_fault(endpoint) != fault_logged.is_some() {
            complain("a fault is logged, and nothing else is");
        }
        // Where calls are given up early, a busy machine may make one look hung.
        let busy =
            fault.hangs() && (fault_logged.as_ref()).is_some_and(|why| why.contains("timeout"));
        let survivable = mode == Mode::Once && call.service == AwsService::DynamoDb && !busy;
        if first == expected.first {
            if second != expected.second {
                complain("it was done, and is done otherwise again");
            }
            tally.survived += 1;
        } else if !first.is_fault(endpoint) {
            let refused = first.is_refused_by_carrier() && call.operation == "Publish";
            if !refused {
                complain("an answer that nobody gets undisturbed");
            } else if second != expected.first {
                complain("a refused message is not sent when it is asked for again");
            }
        } else if mode == Mode::Dropped && !says_deadline(fault_logged.as_deref()) {
            complain("only the deadline is seen of a call that hangs until then");
        } else if survivable {
            complain("another try would have gone through");
        } else if second == expected.first {
            tally.undone += 1;
        } else if mode == Mode::Dropped
            && endpoint.done.leaves_counts()
            && !second.is_fault(endpoint)
        {
            // Nobody was there to take back what was counted.
            tally.dropped += 1;
        } else if second == expected.second {
            if !is_done(&service, endpoint.done, &subject).await {
                complain("it is said to be done, and is not");
            }
            *tally.done.entry(what.clone()).or_default() += 1;
        } else {
            complain("asked again it is answered as nobody is undisturbed");
        }
        let dump = service.dump().await;
        let mut found = invariants::violations(&dump, service.now());
        let spent = invariants::spent_for_nothing(&dump, service.now(), &subject.issued);
        found.extend(spent);
        let found = found.into_iter();
        let found = found.map(|wrong| format!("{what}: {wrong}"));
        tally.wrong.extend(found);
    }
    tally
}

/// Whether a fault is a deadline that has passed.
fn says_deadline(fault: Option<&str>) -> bool {
    fault.is_some_and(|fault| fault.starts_with("there was no answer within"))
}

async fn is_done(service: &Service, done: Done, subject: &Subject) -> bool {
    match done {
        Done::Nothing => true,
        Done::LogsIn(by, password) => {
            let name = match by {
                By::Username => &subject.name,
                By::Email => &subject.email,
                By::Mobile => &subject.mobile,
            };
            service.logs_in(name, password).await
        }
        Done::LoggedOut => {
            let token = if subject.access.is_empty() {
                &subject.browser
            } else {
                &subject.access
            };
            !service.is_live(token).await
        }
        Done::Rotated => {
            let fields = [("refresh_token", &*subject.refresh), ("group", "app")];
            let reply = service.post("/v1/site/refresh").form(&fields).await;
            let data = &reply.body["data"];
            let access = data["access_token"].as_str().unwrap_or_default();
            let current = service.get("/api/v1/account/current").bearer(access).await;
            current.body["customer"]["name"] == "老王"
        }
        Done::Sent => {
            let mobile = format!("+86{}", subject.mobile);
            !service.inbox.to(&mobile).await.is_empty()
        }
        Done::Mailed => !service.inbox.to(&subject.email).await.is_empty(),
    }
}

/// Breaks every call of these endpoints in every way.
async fn break_all(what: &str, endpoints: &'static [Endpoint]) {
    let mut total = Tally::default();
    let mut cases = JoinSet::new();
    for endpoint in endpoints {
        let expected = Arc::new(undisturbed(endpoint).await);
        total.calls += expected.calls.len();
        for fault in Fault::ALL {
            for mode in Mode::ALL
                .into_iter()
                .filter(|mode| mode.is_tried_with(fault))
            {
                let expected = Arc::clone(&expected);
                cases.spawn(async move {
                    let _turn = TURNS.acquire().await.expect("nobody closes it");
                    break_each(endpoint, expected, fault, mode).await
                });
            }
        }
    }
    while let Some(tally) = cases.join_next().await {
        total.add(tally.expect("a case ends"));
    }
    total.print(what, endpoints.len());
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

#[tokio::test]
async fn no_endpoint_is_left_out() {
    let (service, _) = start(false).await;
    let served = template::all_served(&service).into_iter();
    let served: BTreeSet<_> = served.map(|(_, method, path)| (method, path)).collect();
    let all = [SESSIONS, REGISTRATION, MESSAGES, POINTS];
    let broken = all.into_iter().flatten();
    let broken = broken.map(|endpoint| (endpoint.method.to_owned(), endpoint.path.to_owned()));
    assert_eq!(broken.collect::<BTreeSet<_>>(), served);
}
