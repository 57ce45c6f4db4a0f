//! What is counted, against the limits it is counted for.

use serde::Deserialize;
use serde_json::Value;
use shared::{
    base::{clock::Time, digest::Digest},
    store::{
        limits::{
            fixed_window::{FixedWindow, HOUR, Hourly},
            login_attempts::{ACCOUNTS, PER_ACCOUNT, PER_MINUTE, WINDOW},
            sliding_window::{Limit, SlidingWindow},
            sms_per_address::{LOOKUPS, SENT},
            sms_per_mobile,
        },
        verification::{captchas::WRONG_ANSWERS, reset_links},
    },
};

use super::{Found, Kind, Table};

/// A code lives ten minutes at most, and has at most five tries.
const A_CODE: i64 = 600;
const TRIES: u32 = 5;

pub(super) fn check(table: &Table<'_>, found: &mut Found) {
    for (pk, sk, item) in table.all(Kind::Hour) {
        let key = format!("{pk} {sk}");
        window(table, &key, sk, HOUR, found);
        for counter in Hourly::ALL {
            let (name, limit) = (counter.attribute(), counter.limit());
            let count = item[name].as_u64().unwrap_or(0);
            found.unless(count <= limit.into(), || {
                format!("{key} counts {count} {name}")
            });
        }
    }
    for (pk, sk, item) in table.all(Kind::Attempts) {
        window(table, &format!("{pk} {sk}"), sk, WINDOW, found);
        attempts(pk, item, found);
    }
    for (pk, sk, item) in table.all(Kind::AddressSms) {
        let key = format!("{pk} {sk}");
        times(table, &key, item, LOOKUPS, found);
        times(table, &key, item, SENT, found);
    }
    for (pk, sk, item) in table.all(Kind::AddressMails) {
        let key = format!("{pk} {sk}");
        times(table, &key, item, reset_links::PER_ADDRESS, found);
    }
    for (pk, _, item) in table.all(Kind::Mobile) {
        times(table, pk, item, sms_per_mobile::PER_MOBILE, found);
        for purpose in ["registration", "reset"] {
            if let Some(code) = code(item, purpose) {
                let good = found.decoded::<Code>(&format!("{pk}'s code"), code);
                let good = good.is_none_or(|code| {
                    code.left <= code.tries
                        && code.tries <= TRIES
                        && code.until <= Time::from_seconds(table.now + 1 + A_CODE)
                });
                found.unless(good, || format!("{pk} has a code beyond its bounds"));
            }
        }
    }
    for (pk, _, item) in table.all(Kind::Links) {
        times(table, pk, item, reset_links::PER_MAILBOX, found);
        let tokens = (0..3).filter(|place| item[format!("token_{place}")].is_array());
        let sent = (0..3).filter(|place| item[format!("sent_{place}")].as_i64() > Some(0));
        let (tokens, sent) = (tokens.count(), sent.count());
        found.unless(tokens <= sent, || {
            format!("{pk} has {tokens} links, of which {sent} were sent")
        });
    }
    for (pk, _, item) in table.all(Kind::Captcha) {
        let wrong = item["wrong"].as_u64();
        let solved = item["solved"].is_array();
        let good = wrong.is_none_or(|wrong| wrong <= WRONG_ANSWERS.into());
        found.unless(good && (solved || wrong.is_some()), || {
            format!("{pk} has {wrong:?} wrong answers")
        });
    }
    for (pk, _, item) in table.all(Kind::Shard) {
        let spent = &item["spent"];
        found.unless(spent.is_u64(), || format!("{pk} has spent {spent}"));
        for part in ["registrations", "without_captcha"] {
            let is_part = item[part].is_null() || item[part].as_u64() <= spent.as_u64();
            found.unless(
                is_part && item[part].as_i64() >= item[part].as_i64().map(|_| 0),
                || format!("{pk} has spent {} for {part}", item[part]),
            );
        }
    }
}

#[derive(Deserialize)]
struct Code {
    #[serde(rename = "digest")]
    _digest: Digest,
    until: Time,
    tries: u32,
    left: u32,
}

/// The code of a purpose that a mobile's item holds.
pub(super) fn code<'a>(item: &'a Value, purpose: &str) -> Option<&'a Value> {
    item.get(purpose).filter(|code| !code.is_null())
}

/// Looks whether the window that a sort key names has begun.
fn window(table: &Table<'_>, key: &str, sk: &str, window: FixedWindow, found: &mut Found) {
    let number = sk
        .split_once('#')
        .and_then(|(_, number)| number.parse().ok());
    let begin = number.map(|number: i64| number * window.seconds);
    found.unless(begin.is_some_and(|begin| begin <= table.now), || {
        format!("{key} counts in the future")
    });
}

fn attempts(pk: &str, item: &Value, found: &mut Found) {
    let accounts = item["accounts"].as_array().map_or(0, Vec::len);
    found.unless(accounts <= ACCOUNTS, || {
        format!("{pk} has tried {accounts} accounts")
    });
    let mut tried = 0;
    for (name, count) in item.as_object().into_iter().flatten() {
        let most = match name.split_at_checked(2) {
            Some(("a_", _)) => PER_ACCOUNT,
            Some(("m_", _)) => PER_MINUTE,
            Some(_) | None => continue,
        };
        tried += usize::from(most == PER_ACCOUNT);
        found.unless(
            count.as_u64().is_some_and(|count| count <= most.into()),
            || format!("{pk} has made {count} attempts of {name}"),
        );
    }
    found.unless(tried == accounts, || {
        format!("{pk} has attempts at {tried} accounts, and names {accounts}")
    });
}

/// Looks whether ever more happened than there was a limit for, as far as is remembered.
fn times(table: &Table<'_>, key: &str, item: &Value, window: SlidingWindow, found: &mut Found) {
    let name = window.name;
    let numbers = (0..).map_while(|place| item[format!("{name}_{place}")].as_i64());
    let times: Vec<_> = numbers.take_while(|time| *time > 0).collect();
    found.unless(times.iter().all(|time| table.has_been(*time)), || {
        format!("{key} has a {name} in the future")
    });
    for limit in window.limits {
        let (Limit::Within { events, .. } | Limit::PerDay { events }) = *limit;
        for (newer, older) in times.iter().zip(times.iter().skip(events)) {
            let (newer, older) = (Time::from_millis(*newer), Time::from_millis(*older));
            let apart = match *limit {
                Limit::Within { seconds, .. } => newer >= older.plus_seconds(seconds),
                Limit::PerDay { .. } => newer.date() > older.date(),
            };
            found.unless(apart, || format!("{key} has more than {events} too close"));
        }
    }
}
