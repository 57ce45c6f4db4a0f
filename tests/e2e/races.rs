//! Every pair of endpoints that touch a member, raced against each other: the calls of both to the
//! table are let through one at a time in an order drawn by dice, no order twice, and after each race
//! the invariants of the table hold and what the answers say is true.
//!
//! `HUIYUAN_RACES=200` runs so many orders of each pair, or all there are; with `HUIYUAN_RACE="Refresh
//! Logout"` of that pair alone. A failure prints the race and the order it was found in, as a
//! `HUIYUAN_RACE` that runs that one again.

mod action;
mod stops;
mod truths;
mod world;

use std::{
    collections::BTreeSet,
    future::IntoFuture,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use shared::config::settings::Settings;
use tests::{
    catalogue::{self, Endpoint},
    invariants::{spent_for_nothing, violations},
    table::Live,
};

use crate::support::{
    gate::{Orders, Racing},
    is_embedded,
};
use action::Action;
use truths::Raced;
use world::{PASSWORD, World};

/// How many orders of each pair are run where nobody says how many.
const BY_DEFAULT: usize = 2;

/// How many pairs are raced at once, each lane in worlds of its own.
const LANES: usize = 3;

/// Every so many races what the table says of sessions and passwords is also asked of the service.
const ASKED_EVERY: usize = 8;

/// A pair, and whether it is raced where nobody has the names yet.
type Pair = ([Action; 2], bool);

/// All pairs, each action with itself as well. A registration meets what can be asked without a
/// member where there is none, and everything else where its names are taken.
fn pairs() -> Vec<Pair> {
    let all = Action::ALL;
    let pairs =
        (0..all.len()).flat_map(|one| (one..all.len()).map(move |other| [all[one], all[other]]));
    pairs
        .map(|pair| {
            let registers = pair.iter().any(|action| action.registers());
            (
                pair,
                registers && pair.iter().all(|action| action.is_for_nobody()),
            )
        })
        .collect()
}

/// What is wrong with the race of that number, by which the paths are drawn; and the order of its calls.
async fn race(
    world: &World,
    pair: [Action; 2],
    ask: bool,
    choose: impl FnMut(usize) -> usize,
    number: usize,
) -> (Vec<String>, Vec<String>) {
    let World {
        service,
        gate,
        known,
        ..
    } = world;
    world.begin_anew().await;
    let racing = [0, 1].map(|racer: usize| {
        let partner = pair[1 - racer];
        let request = pair[racer].request(service, known, racer, partner, number + racer);
        let request = request.through(&world.process()).into_future();
        let racing: Racing<_> = request;
        racing
    });
    let (replies, calls) = gate.race(racing, choose).await;
    let dump = service.dump().await;
    let mut wrong = violations(&dump, service.now(), &service.key());
    wrong.extend(spent_for_nothing(
        &dump,
        service.now(),
        &service.key(),
        &world.issued,
    ));
    let raced = Raced {
        world,
        pair,
        replies: &replies,
        dump: &dump,
        live: Live::of(&dump),
    };
    wrong.extend(raced.wrong());
    if ask && world.member.is_some() {
        for token in [&known.browser, &known.access] {
            if service.is_live(token).await != raced.live.has(token) {
                wrong
                    .push("the service says something else of a session than the table".to_owned());
            }
        }
        let renewed =
            (0..2).filter(|racer| pair[*racer].renews() && pair[*racer].is_done(&replies[*racer]));
        let new = renewed
            .map(|racer| pair[racer].new_password(racer))
            .collect::<Vec<_>>();
        let mut logs_in = 0;
        for password in &new {
            logs_in += usize::from(service.logs_in(world::NAME, password).await);
        }
        let old = service.logs_in(world::NAME, PASSWORD).await;
        if old != new.is_empty() || logs_in != usize::from(!new.is_empty()) {
            wrong.push("another password than the last that was set logs in".to_owned());
        }
    }
    if !wrong.is_empty() {
        let answers = replies.iter().map(|reply| reply.body.to_string());
        wrong.extend(answers);
        wrong.extend(service.lines().iter().filter_map(|line| line.fault.clone()));
    }
    (wrong, calls)
}

/// Both kinds of world.
struct Worlds([World; 2]);

impl Worlds {
    async fn new() -> Self {
        Self([World::new(true).await, World::new(false).await])
    }

    /// Races a pair in so many orders, or in all there are; gives how many that were.
    async fn run(&self, (pair, for_nobody): Pair, orders: usize) -> usize {
        let world = &self.0[usize::from(for_nobody)];
        let seed = 0x9e37_79b9_7f4a_7c15;
        let mut drawn = Orders::new(seed);
        for number in 0..orders {
            let ask = number.is_multiple_of(ASKED_EVERY);
            let (wrong, calls) = race(world, pair, ask, |open| drawn.choose(open), number).await;
            let (order, more) = drawn.finish();
            let order: Vec<_> = order.iter().map(usize::to_string).collect();
            assert!(
                wrong.is_empty(),
                "HUIYUAN_RACE=\"{:?} {:?} {number} {}\"\n{calls:#?}\n{wrong:#?}",
                pair[0],
                pair[1],
                order.join(" ")
            );
            if !more {
                return number + 1;
            }
        }
        orders
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[expect(
    clippy::print_stderr,
    reason = "whoever runs them all wants the figures"
)]
async fn whatever_two_requests_race_for_one_member_all_that_was_promised_holds() {
    let settings = Settings::from_environment();
    let by_default = if is_embedded() { BY_DEFAULT } else { 1 };
    let orders = settings.parsed("HUIYUAN_RACES", "a number", by_default, |orders| {
        *orders > 0
    });
    let orders = orders.expect("a number of races");
    if let Some(race) = settings.optional("HUIYUAN_RACE") {
        return again(race, orders).await;
    }
    let pairs: Arc<[Pair]> = pairs().into();
    let next = Arc::new(AtomicUsize::new(0));
    let lanes: Vec<_> = (0..LANES)
        .map(|_| {
            let (pairs, next) = (Arc::clone(&pairs), Arc::clone(&next));
            tokio::spawn(async move {
                let worlds = Worlds::new().await;
                let mut races = 0;
                while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::SeqCst)) {
                    races += worlds.run(*pair, orders).await;
                }
                races
            })
        })
        .collect();
    let mut races = 0;
    for lane in lanes {
        races += lane.await.expect("no race is lost");
    }
    eprintln!("{} pairs, {races} races", pairs.len());
}

/// Runs one race again and says what its calls are; of a pair alone, so many of its orders.
#[expect(
    clippy::print_stderr,
    reason = "whoever looks for a failure wants to see the calls"
)]
async fn again(named: &str, orders: usize) {
    let mut said = named.split_whitespace();
    let mut action = || {
        let name = said.next().expect("two actions, a number and an order");
        let mut all = Action::ALL.into_iter();
        all.find(|action| format!("{action:?}") == name)
            .expect("an action")
    };
    let pair = [action(), action()];
    let mut said = said.map(|word| word.parse::<usize>().expect("a number"));
    let number = said.next();
    let known = pairs().into_iter().find(|(known, _)| *known == pair);
    let (pair, for_nobody) = known.expect("a pair, in the order of the list of actions");
    let worlds = Worlds::new().await;
    let Some(number) = number else {
        let races = worlds.run((pair, for_nobody), orders).await;
        eprintln!("{races} races");
        return;
    };
    let world = &worlds.0[usize::from(for_nobody)];
    let choose = |open: usize| {
        let chosen = said.next().filter(|chosen| *chosen < open);
        chosen.expect("the order names a call that waits: else it is another race")
    };
    let (wrong, calls) = race(world, pair, true, choose, number).await;
    eprintln!("{calls:#?}");
    assert_eq!(said.next(), None, "the order has calls that nobody made");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_endpoint_that_touches_a_member_is_raced() {
    // A captcha is nobody's: it is issued without a trace, and answered by whoever is asked to.
    let known = catalogue::all().filter(|endpoint| endpoint.uses_table);
    let raced = Action::ALL.into_iter().flat_map(Action::routes);
    let raced = raced.map(|(method, path)| format!("{method} {path}"));
    assert_eq!(
        raced.collect::<BTreeSet<_>>(),
        known.map(Endpoint::key).collect()
    );
    assert_eq!(
        pairs().len(),
        Action::ALL.len() * (Action::ALL.len() + 1) / 2
    );
}
