//! A table in which all is well.

use serde_json::{Value, json};
use shared::{
    base::clock::Time,
    domain::{
        actor::Actor,
        identifier::{Identifier, Username},
        member::{Member, MemberId},
        password::PasswordHash,
        points::Points,
    },
    store::ledger::entries::{Entry, Order},
};

use super::members::marker_of;

/// 2030-06-15 12:00:00 at `+08:00`.
pub(super) const NOW: i64 = 1_907_726_400;
pub(super) const MEMBER: &str = "member#7";
pub(super) const MOBILE: &str = "13800138000";
pub(super) const EMAIL: &str = "zoe@example.com";

pub(super) const BROWSER: &str = "session#browser#BAQEBAQEBAQEBAQEBAQEBA";

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
    let mut member = Member::new(id, name.into(), hash, Time::from_millis(ago(9)), "::1");
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
            "pk": marker_of(&name), "sk": "login",
            "member": 7, "password": "$argon2id$…", "generation": 2,
        }));
    }
    let until = NOW + 86_400;
    items.extend([
        json!({
            "pk": marker_of(&login("nobody")), "sk": "login",
            "failures": 3, "failing_since": ago(60), "expires_at": NOW + 3600,
        }),
        json!({
            "pk": MEMBER, "sk": "session#app", "id": [1, 2, 3, 4, 5, 6, 7, 8], "generation": 1,
            "access": digest(1), "access_until": until * 1000,
            "refresh": digest(2), "refresh_until": until * 1000, "used": false,
            "retired": [{"d": digest(3), "s": vec![7; 16], "t": ago(5)}], "expires_at": until,
        }),
        json!({
            "pk": MEMBER, "sk": BROWSER,
            "id": [1, 2, 3, 4, 5, 6, 7, 9], "generation": 2, "access": digest(4),
            "access_until": until * 1000, "used": false, "retired": [], "expires_at": until,
        }),
        json!({
            "pk": "address#192.0.2.1", "sk": "guesses", "expires_at": NOW + 600,
            "all": vec![ago(1); 60], "at_abc": vec![ago(1); 10],
        }),
        json!({
            "pk": "address#192.0.2.1", "sk": "registrations", "expires_at": NOW + 3600,
            "since": ago(1), "events": 60,
        }),
        json!({
            "pk": "address#192.0.2.1", "sk": "messages", "expires_at": NOW + 3600,
            "sent_0": ago(1), "sent_1": ago(1), "sent_2": 0, "to": "tag",
        }),
        json!({
            "pk": format!("mobile#{MOBILE}"), "sk": "messages", "expires_at": until,
            "sent_0": ago(1), "sent_1": ago(61), "sent_2": 0, "before": null,
        }),
        json!({
            "pk": "mobile#13900139000", "sk": "messages", "expires_at": until, "sent_0": ago(1),
            "registration": {"digest": digest(5), "until": ago(-299), "tries": 5}, "reset": null,
        }),
        json!({
            "pk": format!("link#{}", login(EMAIL).key().tag()), "sk": "link", "sent_0": ago(1),
            "email": EMAIL, "expires_at": until,
        }),
        json!({"pk": "cap#2030-06-15#03", "sk": "cap", "spent": 1, "expires_at": until}),
        json!({"pk": "captcha#abc", "sk": "captcha", "wrong": 5, "expires_at": NOW + 300}),
    ]);
    items
}
