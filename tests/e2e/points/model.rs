//! A ledger against a plain model of one in memory: whatever its past, and whatever is asked of it.
//! Where the two differ, `proptest` prints the shortest such past and list of steps that it finds.

use std::{collections::HashMap, iter};

use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};
use shared::base::clock::Time;
use tests::{invariants::violations, ledger::LOADED};

use crate::support::{START, Service, ledger::Holder};

/// The parameters of the three filters.
const FILTERS: [&str; 3] = ["", "&last_three_month=1", "&three_month_ago=1"];

/// Entries of one point each that were written at one moment.
#[derive(Clone, Debug)]
struct Burst {
    /// For how many hours before there was no entry.
    hours: i64,
    entries: usize,
}

/// What is done to the ledger.
#[derive(Clone, Debug)]
enum Step {
    /// Credits or spends.
    Post { point: i64 },
    /// Asks again for what was asked for before, perhaps for another number of points.
    Repeat { which: Index, more: i64 },
    /// Reads a page, by the operator or by a new session of the member.
    Read {
        filter: usize,
        size: usize,
        page: Index,
        is_own: bool,
    },
    /// Lets time pass.
    Wait { seconds: i64 },
    /// Lets time pass until a second before the next year begins.
    WaitForNewYear,
    /// Lets time pass until three months after one of the newest entries, and so many seconds more.
    WaitThreeMonthsAfter { which: Index, seconds: i64 },
}

fn past() -> impl Strategy<Value = Vec<Burst>> {
    let burst = (0..2000_i64, 1..70_usize);
    vec(
        burst.prop_map(|(hours, entries)| Burst { hours, entries }),
        0..6,
    )
}

fn step() -> impl Strategy<Value = Step> {
    let read = (0..FILTERS.len(), 1..=20_usize, any::<Index>());
    let read = (read, prop::bool::weighted(0.1));
    prop_oneof![
        8 => (1..=100_i64).prop_map(|point| Step::Post { point }),
        3 => (1..=100_i64).prop_map(|point| Step::Post { point: -point }),
        3 => (any::<Index>(), prop_oneof![4 => Just(0), 1 => Just(1)])
            .prop_map(|(which, more)| Step::Repeat { which, more }),
        8 => read.prop_map(|((filter, size, page), is_own)| {
            Step::Read { filter, size, page, is_own }
        }),
        1 => (1..100_000_i64).prop_map(|seconds| Step::Wait { seconds }),
        1 => Just(Step::WaitForNewYear),
        2 => (any::<Index>(), 0..=1_i64)
            .prop_map(|(which, seconds)| Step::WaitThreeMonthsAfter { which, seconds }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_ledger_equals_its_model_at_every_step(past in past(), steps in vec(step(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(check(past, steps));
    }
}

async fn check(past: Vec<Burst>, steps: Vec<Step>) {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let mut model = Model::begin(Time::from_seconds(START));
    let mut now = Time::from_seconds(START);
    let mut times = Vec::new();
    for Burst { hours, entries } in past {
        now = now.plus_seconds(hours * 3600);
        for at in iter::repeat_n(now, entries) {
            times.push(at);
            model.post(&format!("loaded-{}", times.len()), 1, LOADED, at);
        }
    }
    service.load(member.id, times.into_iter()).await;
    service.advance(now.seconds() - service.now());
    let mut orders: Vec<(String, i64)> = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        let now = service.app.clock.now();
        match step {
            Step::Post { point } => {
                let key = format!("key {number}");
                post(&service, &mut model, &member, &key, point).await;
                orders.push((key, point));
            }
            Step::Repeat { which, more } if !orders.is_empty() => {
                let (key, point) = which.get(&orders).clone();
                // An order for no points would be refused before the ledger is asked.
                let point = point + if point == -1 { 0 } else { more };
                post(&service, &mut model, &member, &key, point).await;
            }
            Step::Repeat { .. } => {}
            Step::Read {
                filter,
                size,
                page,
                is_own,
            } => {
                let page = 1 + page.index(model.entries.len() / size + 2);
                let expected = model.page(filter, size, page, now);
                let query = format!("size={size}&page={page}{}", FILTERS[filter]);
                let shown = if is_own {
                    own_page(&service, &member, &query, page).await
                } else {
                    service.admin_details(member.id, &query).await.body
                };
                assert_eq!(shown, expected, "step {number}, {query}");
            }
            Step::Wait { seconds } => service.advance(seconds),
            Step::WaitForNewYear => {
                let next = Time::year_start(now.year() + 1);
                service.advance(next.seconds() - 1 - now.seconds());
            }
            Step::WaitThreeMonthsAfter { which, seconds } => {
                let newest = model.entries.len().saturating_sub(80);
                if newest < model.entries.len() {
                    let (_, _, at) = which.get(&model.entries[newest..]);
                    service.advance_three_months_after(*at);
                    service.advance(seconds);
                }
            }
        }
    }
    post(&service, &mut model, &member, "the last", 1).await;
    service.assert_adds_up(member.id).await;
    let table = service.dump().await;
    assert_eq!(violations(&table, service.now(), &service.key()), [""; 0]);
}

async fn post(service: &Service, model: &mut Model, member: &Holder, key: &str, point: i64) {
    let expected = model.post(key, point, "订单", service.app.clock.now());
    let reply = service.give(member.id, key, point, "订单").await;
    assert_eq!(reply.body, expected, "{key}");
}

/// The member's own page, by a session of this very moment.
async fn own_page(service: &Service, member: &Holder, query: &str, page: usize) -> Value {
    let token = service.browser(&member.name).await;
    if page > 1 {
        let first = query.replace("page=", "was=");
        service.details(&token, &first).await;
    }
    service.details(&token, query).await.body
}

/// The ledger as its rules say it: every credit is a lot of its own, which is spent or expires.
struct Model {
    entries: Vec<(i64, String, Time)>,
    /// The year of earning, and what is left.
    lots: Vec<(i32, i64)>,
    answers: HashMap<String, (i64, String, Value)>,
    year: i32,
}

impl Model {
    fn begin(now: Time) -> Self {
        Self {
            entries: Vec::new(),
            lots: Vec::new(),
            answers: HashMap::new(),
            year: now.year(),
        }
    }

    fn balance(&self) -> i64 {
        self.lots.iter().map(|lot| lot.1).sum()
    }

    fn expire(&mut self, now: Time) {
        while self.year < now.year() {
            self.year += 1;
            let year = self.year;
            let lost: i64 = (self.lots.iter().filter(|lot| lot.0 + 2 == year))
                .map(|lot| lot.1)
                .sum();
            self.lots.retain(|lot| lot.0 + 2 != year && lot.1 > 0);
            if lost > 0 {
                let at = Time::year_start(year);
                self.entries.push((-lost, "积分过期".to_owned(), at));
            }
        }
    }

    fn post(&mut self, key: &str, point: i64, desc: &str, now: Time) -> Value {
        self.expire(now);
        if let Some((first, said, answer)) = self.answers.get(key) {
            return if (*first, &**said) == (point, desc) {
                answer.clone()
            } else {
                json!({ "code": 201, "message": "幂等键已用于内容不同的积分记录" })
            };
        }
        if self.balance() + point < 0 {
            let balance = self.balance();
            return json!({ "code": 201, "message": "积分不足", "balance": balance });
        }
        if point > 0 {
            self.lots.push((now.year(), point));
        }
        let mut left = -point;
        for lot in &mut self.lots {
            let taken = left.clamp(0, lot.1);
            lot.1 -= taken;
            left -= taken;
        }
        self.entries.push((point, desc.to_owned(), now));
        let entry = self.entry(self.entries.len() - 1);
        let answer =
            json!({ "code": 200, "message": "", "entry": entry, "balance": self.balance() });
        let said = (point, desc.to_owned(), answer.clone());
        self.answers.insert(key.to_owned(), said);
        answer
    }

    fn entry(&self, place: usize) -> Value {
        let (point, desc, at) = &self.entries[place];
        json!({
            "id": place + 1,
            "point": point,
            "reward_point_desc": desc,
            "created_at": at.rfc3339(),
        })
    }

    fn page(&mut self, filter: usize, size: usize, page: usize, now: Time) -> Value {
        self.expire(now);
        let since = now.three_months_earlier();
        let is_in = |at: Time| match filter {
            0 => true,
            1 => at >= since,
            _ => at < since,
        };
        let places = (0..self.entries.len()).rev();
        let places: Vec<_> = places
            .filter(|place| is_in(self.entries[*place].2))
            .collect();
        let page_of = places.iter().skip((page - 1) * size).take(size);
        let details: Vec<_> = page_of.map(|place| self.entry(*place)).collect();
        let last = self.lots.iter().filter(|lot| lot.0 < now.year());
        json!({
            "code": 200,
            "message": "",
            "reward_point_total": self.balance(),
            "last_year_point": last.map(|lot| lot.1).sum::<i64>(),
            "is_empty": details.is_empty(),
            "reward_point_details": details,
            "paging": {
                "size": size,
                "view": page,
                "pages": places.len().div_ceil(size),
                "items": places.len(),
            },
        })
    }
}
