//! A ledger against a plain model of one in memory, through thousands of random steps.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::base::{clock::Time, random::Random};
use tests::{dice::Dice, invariants::violations};

use crate::support::{Service, ledger::Holder};

/// Set to a seed that a failure printed, to see it again.
const SEED: Option<u64> = None;
const STEPS: u32 = 2_100;

/// The ledger as its rules say it: every credit is a lot of its own, that is spent or expires.
#[derive(Default)]
struct Model {
    entries: Vec<(i64, String, Time)>,
    /// The year of earning, and what is left.
    lots: Vec<(i32, i64)>,
    answers: HashMap<String, (i64, String, Value)>,
    year: i32,
}

impl Model {
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

    fn page(&mut self, span: usize, size: usize, page: usize, now: Time) -> Value {
        self.expire(now);
        let since = now.three_months_earlier();
        let is_in = |at: Time| match span {
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

/// Moves the clock: mostly by hours, at times to around the next year's start, or to where three months
/// begin with one of the newest entries, or right after it.
fn move_clock(service: &Service, dice: &mut Dice, model: &Model, step: u32) {
    let newest = model.entries.iter().rev().take(80);
    if step.is_multiple_of(STEPS / 3) {
        let next = Time::year_start(service.app.clock.now().year() + 1).seconds();
        service.advance(next - service.now() - 1);
    } else if dice.below(4) == 0 {
        service.advance(1);
    } else if dice.below(5) == 0
        && let Some((_, _, at)) = newest.clone().nth(dice.below(newest.len().max(1)))
    {
        service.advance_three_months_after(*at);
        service.advance(i64::from(dice.below(2) == 0));
    } else {
        let hours = i64::try_from(dice.below(40)).expect("a small number");
        service.advance(hours * 3600 + 7);
    }
}

/// The member's own page, by a session of this very moment.
async fn own_page(service: &Service, member: &Holder, query: &str, page: usize) -> Value {
    let token = service.browser(&member.name).await;
    if page > 1 {
        service
            .details(&token, &query.replace("page=", "was="))
            .await;
    }
    service.details(&token, query).await.body
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "whoever sees it fail needs the seed")]
async fn a_ledger_equals_its_model_at_every_step() {
    let seed = SEED.unwrap_or_else(|| u64::from_be_bytes(Random::system().bytes()));
    eprintln!("seed {seed}");
    let mut dice = Dice::new(seed);
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let mut model = Model {
        year: service.app.clock.now().year(),
        ..Model::default()
    };
    let mut keys = Vec::new();
    for step in 1..=STEPS {
        // Half of the time the clock stands, long enough for several marks to be due at one moment.
        let stands = step / 250 % 2 == 0;
        if step.is_multiple_of(STEPS / 3) || (!stands && dice.below(12) == 0) {
            move_clock(&service, &mut dice, &model, step);
        }
        let now = service.app.clock.now();
        match dice.below(20) {
            0..12 => {
                let fresh = keys.is_empty() || dice.below(4) > 0;
                let amount = 1 + i64::try_from(dice.below(100)).unwrap();
                let (key, point, desc) = if fresh {
                    let point = if dice.below(4) > 0 { amount } else { -amount };
                    (format!("key {step}"), point, format!("订单{step}"))
                } else {
                    let any = dice.below(keys.len());
                    let (key, point, desc): &(String, i64, String) = &keys[any];
                    let other = i64::from(dice.below(5) == 0);
                    (key.clone(), point + other, desc.clone())
                };
                if point == 0 {
                    continue;
                }
                let expected = model.post(&key, point, &desc, now);
                let reply = service.give(member.id, &key, point, &desc).await;
                assert_eq!(reply.body, expected, "seed {seed}, step {step}");
                if fresh {
                    keys.push((key, point, desc));
                }
            }
            choice => {
                let span = dice.below(3);
                let filter = ["", "&last_three_month=1", "&three_month_ago=1"];
                let size = 1 + dice.below(20);
                let pages = model.entries.len() / size + 2;
                let page = 1 + dice.below(pages);
                let filter = filter[span];
                let query = format!("size={size}&page={page}{filter}");
                let expected = model.page(span, size, page, now);
                let shown = if choice == 12 {
                    own_page(&service, &member, &query, page).await
                } else {
                    service.admin_details(member.id, &query).await.body
                };
                assert_eq!(shown, expected, "seed {seed}, step {step}, {query}");
            }
        }
    }
    let years = service.app.clock.now().year() - 2030;
    assert!(years >= 2, "two year ends are passed");
    service.give(member.id, "the last", 1, "订单").await;
    service.assert_adds_up(member.id).await;
    assert!(model.entries.iter().any(|entry| entry.1 == "积分过期"));
    let table = service.dump().await;
    assert_eq!(violations(&table, service.now()), [""; 0]);
    let due = (table.iter()).filter(|item| item["seq"].as_u64().is_some_and(|seq| seq % 32 == 0));
    let unmarked = due.filter(|item| item["mark"].is_null()).count();
    assert!(unmarked > 0, "several marks are due at one moment");
}
