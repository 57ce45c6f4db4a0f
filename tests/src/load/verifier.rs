//! Whether what clients were told is true, in the table at rest and by the service's own word.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use shared::base::clock::Clock;

use super::{
    Report,
    account::Account,
    caller::{Ask, Caller, Results},
    client::Client,
    stack::{Stack, TABLE},
};
use crate::{
    dice::Dice,
    invariants,
    table::{self, Live},
};

/// A member's partition.
#[derive(Default)]
struct Partition<'a> {
    member: Option<&'a Value>,
    entries: BTreeMap<&'a str, &'a Value>,
}

pub(super) async fn verify(stack: &Stack, results: &Arc<Results>, clients: Vec<Client>) -> Report {
    let dump = table::dump(&stack.client, TABLE).await;
    let now = Clock::system().now().seconds();
    let mut report = Report {
        violations: invariants::violations(&dump, now, &stack.key),
        ..Report::default()
    };
    let mut partitions: BTreeMap<&str, Partition<'_>> = BTreeMap::new();
    for item in &dump {
        let (Some(pk), Some(sk)) = (item["pk"].as_str(), item["sk"].as_str()) else {
            continue;
        };
        if !pk.starts_with("member#") {
            continue;
        }
        let partition = partitions.entry(pk).or_default();
        if sk == "member" {
            partition.member = Some(item);
        } else if let Some(key) = sk.strip_prefix("points#") {
            partition.entries.insert(key, item);
        }
    }
    report.members = partitions.len();
    let mut by_name: BTreeMap<&str, Vec<&Partition<'_>>> = BTreeMap::new();
    for partition in partitions.values() {
        let names = ["username", "email", "mobile"].map(|kind| partition.member?[kind].as_str());
        for name in names.into_iter().flatten() {
            by_name.entry(name).or_default().push(partition);
        }
    }
    let live = Live::of(&dump);
    let caller = Caller::new(&stack.url, results);
    let mut dice = Dice::new(7);
    for account in clients.iter().flat_map(|client| &client.accounts) {
        report.registered += usize::from(account.is_registered);
        report.renewed += account.renewed;
        report.unknown += account.unknown();
        let acknowledged = account
            .entries
            .iter()
            .filter(|entry| entry.acknowledged.is_some());
        report.entries += acknowledged.count();
        let found = by_name.remove(&*account.name).unwrap_or_default();
        let mut wrong = Vec::new();
        match &found[..] {
            [] if !account.is_registered => continue,
            [one] => {
                in_table(account, one, &live, &mut wrong);
                by_request(account, one, &caller, &mut dice, &mut wrong).await;
            }
            several => wrong.push(format!("is there {} times", several.len())),
        }
        report.violations.extend(
            wrong
                .into_iter()
                .map(|wrong| format!("{}: {wrong}", account.name)),
        );
    }
    let strangers = by_name
        .keys()
        .map(|name| format!("{name} was registered by nobody"));
    report.violations.extend(strangers);
    report
}

/// Holds what was told of an account against its partition.
fn in_table(account: &Account, found: &Partition<'_>, live: &Live, wrong: &mut Vec<String>) {
    let member = found.member.unwrap_or(&Value::Null);
    if account.id.is_some_and(|id| member["id"] != id) {
        wrong.push("is another member".to_owned());
    }
    let name = member["profile"]["nickname"].as_str();
    if !account
        .nicknames
        .iter()
        .any(|nickname| nickname.as_deref() == name)
    {
        wrong.push(format!(
            "has the name {name:?} and none of {:?}",
            account.nicknames
        ));
    }
    let mut entries = found.entries.clone();
    for entry in &account.entries {
        let stored = entries.remove(&*entry.key);
        let good = match (stored, entry.acknowledged) {
            (Some(stored), Some((seq, balance))) => {
                stored["seq"] == seq
                    && stored["balance"] == balance
                    && stored["point"] == entry.point
            }
            (Some(stored), None) => !entry.refused && stored["point"] == entry.point,
            (None, acknowledged) => acknowledged.is_none(),
        };
        if !good {
            wrong.push(format!("{entry:?} is stored as {stored:?}"));
        }
    }
    if !entries.is_empty() {
        wrong.push(format!("has entries that nobody asked for: {entries:?}"));
    }
    if account.dead.iter().any(|token| live.has(token)) {
        wrong.push("has a session that was ended, and lives".to_owned());
    }
    if account.browser.iter().any(|token| !live.has(token)) {
        wrong.push("has lost a browser's session".to_owned());
    }
    if let Some((access, _)) = &account.pair
        && !account.may_have_rotated
        && !live.has(access)
    {
        wrong.push("has lost a group's session".to_owned());
    }
    // Renewals that nobody was answered raise it further.
    if member["generation"].as_u64() < u64::try_from(account.renewed).ok() {
        wrong.push(format!(
            "has had {} new passwords: {member}",
            account.renewed
        ));
    }
}

/// Asks the service: the refresh token is good, exactly one of the passwords that it may be logs in, and
/// the ledger adds up.
async fn by_request(
    account: &Account,
    found: &Partition<'_>,
    caller: &Caller,
    dice: &mut Dice,
    wrong: &mut Vec<String>,
) {
    if let Some((_, refresh)) = &account.pair {
        let fields = [("refresh_token", &**refresh), ("group", "app")];
        let ask = Ask::post("/v1/site/refresh", &fields);
        let said = caller.ask(&ask, dice).await;
        if said.as_ref().is_none_or(|said| said.code != 200) {
            wrong.push(format!("cannot refresh: {said:?}"));
        }
    }
    let mut logs_in = 0;
    for password in &account.passwords {
        let fields = [("account", &*account.name), ("password", &**password)];
        let said = caller
            .ask(&Ask::post("/api/v1/account/login", &fields), dice)
            .await;
        match said {
            Some(said) if said.code == 200 => {
                logs_in += 1;
                let sum: i64 = found
                    .entries
                    .values()
                    .filter_map(|entry| entry["point"].as_i64())
                    .sum();
                if said.body["customer"]["point"] != sum {
                    wrong.push(format!(
                        "has {} points of {sum}",
                        said.body["customer"]["point"]
                    ));
                }
            }
            Some(said) if said.code == 201 && said.message() == "账号或密码不正确" => {}
            other => wrong.push(format!("cannot log in: {other:?}")),
        }
    }
    if logs_in != 1 {
        wrong.push(format!(
            "logs in by {logs_in} of {} passwords",
            account.passwords.len()
        ));
    }
}
