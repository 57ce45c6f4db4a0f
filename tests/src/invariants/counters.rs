//! What is counted, against the limits it is counted for.

use serde::Deserialize;
use serde_json::Value;
use shared::{
    base::{clock::Time, digest::Digest},
    store::{
        limits::{
            login_attempts::{ACCOUNT_SECONDS, ADDRESS_SECONDS, PER_ACCOUNT, PER_ADDRESS},
            mobile_lookups, sliding_window, sms_per_address,
        },
        members::REGISTRATIONS,
        verification::{captchas::WRONG_ANSWERS, codes::TRIES, reset_links, sms_per_mobile},
    },
};

use super::{Found, Kind, Table};

/// A code lives ten minutes at most, a link an hour.
const A_CODE: i64 = 600;
const A_LINK: i64 = 3600;

pub(super) fn check(table: &Table<'_>, found: &mut Found) {
    for (pk, sk, item) in table.all(Kind::Window) {
        window(table, &format!("{pk} {sk}"), item, found);
    }
    for (pk, _, item) in table.all(Kind::Guesses) {
        guesses(table, pk, item, found);
    }
    for (pk, sk, item) in table.all(Kind::Asked) {
        let limits = match sk {
            "mails" => &reset_links::PER_ADDRESS,
            "checks" => &mobile_lookups::PER_ADDRESS,
            _ => &sms_per_address::PER_ADDRESS,
        };
        times(table, &format!("{pk} {sk}"), item, limits, found);
    }
    for (pk, _, item) in table.all(Kind::Mobile) {
        times(table, pk, item, &sms_per_mobile::PER_MOBILE, found);
        for purpose in ["registration", "reset"] {
            if let Some(code) = code(item, purpose) {
                let good = found.decoded::<Code>(&format!("{pk}'s code"), code);
                let good = good.is_none_or(|code| {
                    code.tries <= TRIES && code.until <= Time::from_seconds(table.now + 1 + A_CODE)
                });
                found.unless(good, || format!("{pk} has a code beyond its bounds"));
            }
        }
    }
    for (pk, _, item) in table.all(Kind::Link) {
        times(table, pk, item, &reset_links::PER_EMAIL, found);
        let Some(link) = found.decoded::<Link>(pk, item) else {
            continue;
        };
        let whole = link.digest.is_some() == link.until.is_some() && !link.email.is_empty();
        let latest = Time::from_seconds(table.now + 1 + A_LINK);
        let bounded = link.until.is_none_or(|until| until <= latest);
        found.unless(whole && bounded, || format!("{pk} is beyond its bounds"));
    }
    for (pk, _, item) in table.all(Kind::Captcha) {
        let wrong = item["wrong"].as_u64();
        let solved = item["solved"].is_array();
        let good = wrong.is_none_or(|wrong| wrong <= WRONG_ANSWERS.into());
        found.unless(good && (solved || wrong.is_some()), || {
            format!("{pk} has {wrong:?} wrong answers")
        });
    }
    for (pk, _, item) in table.all(Kind::Share) {
        let spent = &item["spent"];
        found.unless(spent.is_u64(), || format!("{pk} has spent {spent}"));
    }
}

#[derive(Deserialize)]
struct Code {
    #[serde(rename = "digest")]
    _digest: Digest,
    until: Time,
    tries: u32,
}

#[derive(Deserialize)]
struct Link {
    digest: Option<Digest>,
    until: Option<Time>,
    email: String,
}

/// The code of a purpose that a mobile's item holds.
pub(super) fn code<'a>(item: &'a Value, purpose: &str) -> Option<&'a Value> {
    item.get(purpose).filter(|code| !code.is_null())
}

fn window(table: &Table<'_>, key: &str, item: &Value, found: &mut Found) {
    let counts = [
        ("events", REGISTRATIONS.limit),
        ("told", REGISTRATIONS.told),
    ];
    for (name, limit) in counts {
        let count = item[name].as_u64().unwrap_or(0);
        found.unless(count <= limit.into(), || {
            format!("{key} counts {count} {name}")
        });
    }
    let counts = counts.iter().any(|(name, _)| item[name].as_u64() > Some(0));
    found.unless(counts, || format!("{key} counts nothing"));
    let since = item["since"].as_i64();
    found.unless(since.is_some_and(|since| table.has_been(since)), || {
        format!("{key} counts since {since:?}")
    });
}

fn guesses(table: &Table<'_>, pk: &str, item: &Value, found: &mut Found) {
    for (name, list) in item.as_object().into_iter().flatten() {
        let (most, seconds) = match &**name {
            "all" => (PER_ADDRESS, ADDRESS_SECONDS),
            name if name.starts_with("at_") => (PER_ACCOUNT, ACCOUNT_SECONDS),
            _ => continue,
        };
        let list = list.as_array().into_iter().flatten();
        let times: Vec<_> = list.filter_map(Value::as_i64).collect();
        let young = (times.iter()).filter(|time| **time > (table.now - seconds) * 1000);
        let young = young.count();
        found.unless(young <= most, || {
            format!("{pk} has made {young} guesses of {name}")
        });
        let been = times.iter().all(|time| table.has_been(*time));
        found.unless(been, || format!("{pk} guesses in the future"));
    }
}

/// Looks whether ever more happened than there was a limit for, as far as is remembered.
fn times(
    table: &Table<'_>,
    key: &str,
    item: &Value,
    limits: &[sliding_window::Limit],
    found: &mut Found,
) {
    let numbers = (0..).map_while(|place| item[format!("sent_{place}")].as_i64());
    let times: Vec<_> = numbers.take_while(|time| *time > 0).collect();
    found.unless(times.iter().all(|time| table.has_been(*time)), || {
        format!("{key} was sent something in the future")
    });
    for limit in limits {
        let (sliding_window::Limit::Within { events, .. }
        | sliding_window::Limit::PerDay { events }) = *limit;
        for (newer, older) in times.iter().zip(times.iter().skip(events)) {
            let (newer, older) = (Time::from_millis(*newer), Time::from_millis(*older));
            let apart = match *limit {
                sliding_window::Limit::Within { seconds, .. } => {
                    newer >= older.plus_seconds(seconds)
                }
                sliding_window::Limit::PerDay { .. } => newer.date() > older.date(),
            };
            found.unless(apart, || format!("{key} has more than {events} too close"));
        }
    }
}
