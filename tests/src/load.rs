//! Mixed traffic of many clients against the whole service, over real connections, with faults on the
//! way to AWS; and what has to be true after it.
//!
//! | file | what |
//! | --- | --- |
//! | `stack` | the service, and the AWS behind it |
//! | `caller` | a client's requests: what is answered, and what is not |
//! | `account` | what a client was told of a member: acknowledged, refused, or unknown |
//! | `client`, `actions`, `ledger` | a client, and what it does with its members |
//! | `verifier` | whether what was told is true |
//!
//! A request that gets no answer, or a fault for one, may have been done or not; a client asks again,
//! as the documents say, and what stays unknown is held in the open.

mod account;
mod actions;
mod caller;
mod client;
mod ledger;
mod stack;
mod verifier;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use shared::base::{clock::Clock, random::Random};
use tokio::task::JoinSet;

use crate::proxy::{Fault, Rate, Script};
use caller::Results;
use client::Client;
use stack::Stack;

/// How long something that was given up may still be on its way to the table.
const SETTLING: Duration = Duration::from_secs(6);

/// A run so long that every endpoint answers with success: a mobile gets one message a minute.
const LONG: Duration = Duration::from_mins(5);

/// How many calls of a million are broken in an outage.
const BROKEN_IN_OUTAGE: u32 = 900_000;

/// What traffic is made.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    /// For how long.
    pub seconds: u64,
    /// By how many clients at once.
    pub clients: u32,
    /// The same seed draws the same actions and faults; threads still decide the rest.
    pub seed: u64,
    /// How many calls to AWS of a million are broken.
    pub faults_per_million: u32,
    /// A fault that comes once is not seen by a client, so there is an outage every so often, where any
    /// call is broken at all,
    pub outage_every: Duration,
    /// for so long, at the end of that time.
    pub outage: Duration,
}

/// What became of the requests of an endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// How often it was asked for.
    pub times: usize,
    /// How often that was answered with success.
    pub done: usize,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Report {
    /// How many requests of each code; 0 where there was no answer.
    pub codes: BTreeMap<u64, usize>,
    /// The requests of each endpoint, and rubbish.
    pub endpoints: BTreeMap<String, Asked>,
    /// How many calls were broken, in each way.
    pub faults: BTreeMap<Fault, usize>,
    /// How many milliseconds half of the requests took at most, and 99 %.
    pub p50_p99: [u128; 2],
    /// How many members there are, registrations that were acknowledged, passwords that were renewed
    /// and entries that were written, acknowledged as well.
    pub members: usize,
    /// See `members`.
    pub registered: usize,
    /// See `members`.
    pub renewed: usize,
    /// See `members`.
    pub entries: usize,
    /// How many outcomes stayed unknown.
    pub unknown: usize,
    /// What is not true.
    pub violations: Vec<String>,
}

/// Makes traffic, then looks at the table at rest and asks the service itself.
///
/// # Panics
/// Where the stack cannot be started on this machine.
pub async fn run(traffic: Traffic) -> Report {
    let stack = Stack::start().await;
    let results = Arc::new(Results::default());
    let watch = Clock::system().stopwatch();
    let until = Duration::from_secs(traffic.seconds);
    let breaking = tokio::spawn(break_calls(stack.script.clone(), traffic));
    let mut clients = JoinSet::new();
    for number in 0..traffic.clients {
        let mut client = Client::new(&stack, &results, number, traffic.seed);
        clients.spawn(async move {
            while watch.elapsed() < until {
                client.act().await;
            }
            client
        });
    }
    let clients = clients.join_all().await;
    breaking.abort();
    stack.script.disarm();
    tokio::time::sleep(SETTLING).await;
    // What is asked to verify is not what was asked under faults.
    let (figures, never_done) = (results.figures(), results.never_done());
    let mut report = verifier::verify(&stack, &results, clients).await;
    report.faults = stack.script.broken();
    if until >= LONG {
        report.violations.extend(never_done);
    }
    report.violations.extend(results.violations());
    (report.codes, report.endpoints, report.p50_p99) = figures;
    report
}

/// Breaks calls at random, few of them, and many of them at times.
async fn break_calls(script: Script, traffic: Traffic) {
    let faults = |per_million, seed| Rate {
        per_million,
        faults: Fault::ALL.into(),
        random: Random::seeded(seed),
    };
    for seed in (traffic.seed..).step_by(2) {
        script.at_random(faults(traffic.faults_per_million, seed));
        tokio::time::sleep(traffic.outage_every.saturating_sub(traffic.outage)).await;
        if traffic.faults_per_million > 0 {
            script.at_random(faults(BROKEN_IN_OUTAGE, seed + 1));
            tokio::time::sleep(traffic.outage).await;
        }
    }
}
