//! A table in which all is well.

use serde_json::{Value, json};
use shared::{
    base::clock::Time,
    config::Config,
    domain::{
        actor::Actor,
        identifier::{Identifier, Username},
        member::{Member, MemberId},
        password::PasswordHash,
        points::Points,
    },
    store::{
        key::TableKey,
        ledger::entries::{Entry, Order},
        limits::{fixed_window::HOUR, login_attempts::WINDOW},
        members::identifiers::failure_attributes,
    },
};

/// 2030-06-15 12:00:00 at `+08:00`.
pub(super) const NOW: i64 = 1_907_726_400;
pub(super) const MEMBER: &str = "member#7";
pub(super) const MOBILE: &str = "13800138000";
pub(super) const EMAIL: &str = "zoe@example.com";

pub(super) const BROWSER: &str = "session#browser#BAQEBAQEBAQEBAQEBAQEBA";

/// The key of the table.
pub(super) fn key() -> TableKey {
    let service_key = "0a".repeat(32).parse().unwrap();
    TableKey::new(&Config::new("members", service_key))
}

/// The partition key of an identifier's login record.
pub(super) fn login_record(text: &str) -> String {
    key().login(&login(text).key()).partition().to_owned()
}

/// The partition key of a mailbox's links.
pub(super) fn links_of(email: &str) -> String {
    format!("link#{}", key().identifier(&login(email).key()))
}

/// The partition key of a mobile.
pub(super) fn mobile_of(number: &str) -> String {
    let mobile = number.parse().unwrap();
    key().mobile(&mobile).partition().to_owned()
}

/// The partition key of the address, and the sort keys of what is counted in windows.
pub(super) fn address() -> String {
    key().address("192.0.2.1", "").partition().to_owned()
}

pub(super) fn attempts() -> String {
    format!("logins#{}", WINDOW.number(Time::from_seconds(NOW)))
}

pub(super) fn hour() -> String {
    format!("hour#{}", HOUR.number(Time::from_seconds(NOW)))
}

pub(super) fn login(text: &str) -> Identifier {
    text.parse().unwrap()
}

fn digest(byte: u8) -> Value {
    json!(vec![byte; 32])
}

pub(super) fn ago(seconds: i64) -> i64 {
    (NOW - seconds) * 1000
}

/// A ledger of a hundred entries: fifty points of two years ago, of which thirty expired, and more,
/// forty of them at one moment.
fn ledger() -> (Points, Vec<Value>) {
    let mut points = Points::default();
    let mut entries = Vec::new();
    let years = [(2028, 50), (2029, -20)].into_iter();
    for (number, (year, point)) in years.chain([(2030, 3); 97]).enumerate() {
        let second = if (30..70).contains(&number) {
            30
        } else {
            number
        };
        let at = Time::year_start(year).plus_seconds(i64::try_from(second).unwrap());
        let order = Order {
            key: format!("key {number}").parse().unwrap(),
            point,
            desc: "订单".to_owned(),
            actor: Actor::Import,
        };
        let (held, postings) = points.post(point, at).unwrap();
        let last = postings.len() - 1;
        for (place, posting) in postings.into_iter().enumerate() {
            let (sk, entry) = if place == last {
                let sk = format!("points#key {number}");
                (sk, Entry::ordered(posting, &order))
            } else {
                ("expiry#2030".to_owned(), Entry::expired(posting))
            };
            let mut item = serde_json::to_value(entry).unwrap();
            item["pk"] = json!(MEMBER);
            item["sk"] = json!(sk);
            entries.push(item);
        }
        points = held;
    }
    (points, entries)
}

pub(super) fn valid() -> Vec<Value> {
    let id = MemberId::new(7).unwrap();
    let hash = PasswordHash::imported("$argon2id$…");
    let name: Username = "yhsduser".parse().unwrap();
    let made = Time::from_millis(ago(9));
    let member = Member::new(id, &[name.into()], Some(hash), made, Actor::Member);
    let mut member = member.visiting_from("::1".to_owned());
    member.mobile = Some(MOBILE.parse().unwrap());
    member.email = Some(EMAIL.parse().unwrap());
    member.generation = 2;
    let (points, mut items) = ledger();
    member.points = points;
    let names: Vec<_> = member.logins().collect();
    let mut member = serde_json::to_value(member).unwrap();
    member["pk"] = json!(MEMBER);
    member["sk"] = json!("member");
    items.push(member);
    for name in names {
        items.push(json!({
            "pk": key().login(&name.key()).partition(), "sk": "login",
            "member": 7, "password": "$argon2id$…", "generation": 2,
        }));
    }
    let until = NOW + 86_400;
    let [failed_hour, failed_day] = failure_attributes(Time::from_seconds(NOW));
    items.extend([
        json!({
            "pk": login_record("nobody"), "sk": "login",
            failed_hour: 3, failed_day: 5, "expires_at": NOW + 3600,
        }),
        json!({
            "pk": MEMBER, "sk": "session#app", "id": [1, 2, 3, 4, 5, 6, 7, 8], "generation": 1,
            "access": digest(1), "access_until": until * 1000,
            "refresh": digest(2), "refresh_until": until * 1000, "used": false,
            "retired": [{"d": digest(3), "s": vec![7; 16], "t": ago(5), "n": [192, 0, 2]}],
            "opened_at": ago(9), "opened_from": [192, 0, 2], "client": "Shop/1",
            "expires_at": until,
        }),
        json!({
            "pk": MEMBER, "sk": BROWSER,
            "id": [1, 2, 3, 4, 5, 6, 7, 9], "generation": 2, "access": digest(4),
            "access_until": until * 1000, "used": false, "retired": [],
            "opened_at": ago(9), "opened_from": [32, 1, 13, 184, 0, 1], "expires_at": until,
        }),
        json!({
            "pk": address(), "sk": attempts(), "expires_at": NOW + 600,
            "a_abc": 10, "accounts": [[1, 2, 3, 4]], "m_0": 60, "m_9": 0,
        }),
        json!({
            "pk": address(), "sk": hour(), "expires_at": NOW + 3600,
            "registrations": 60, "wrong_codes": 30,
        }),
        json!({
            "pk": address(), "sk": "sms", "expires_at": NOW + 3600,
            "sent_0": ago(1), "sent_1": ago(1), "sent_2": 0, "lookup_0": ago(1), "lookup_1": 0,
        }),
        json!({
            "pk": address(), "sk": "mails", "expires_at": NOW + 3600, "sent_0": ago(1),
        }),
        json!({
            "pk": mobile_of(MOBILE), "sk": "sms", "expires_at": until,
            "sent_0": ago(1), "sent_1": ago(61), "sent_2": 0, "before": null,
        }),
        json!({
            "pk": mobile_of("13900139000"), "sk": "sms", "expires_at": until, "sent_0": ago(1),
            "registration": {
                "digest": digest(5), "until": ago(-299), "tries": 5, "left": 0, "asker": [1],
            },
            "reset": null,
        }),
        json!({
            "pk": links_of(EMAIL), "sk": "links", "sent_0": ago(1), "expires_at": until,
        }),
        json!({"pk": "cap#2030-06-15#03", "sk": "cap", "spent": 1, "expires_at": until}),
        json!({"pk": "captcha#abc", "sk": "captcha", "wrong": 5, "expires_at": NOW + 300}),
    ]);
    items
}
