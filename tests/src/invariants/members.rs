//! Members and their login records. The store writes a member, its identifiers and the copies of its
//! hash and generation in one transaction each time, so at rest every copy is equal to what it is
//! copied from.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use shared::domain::member::MemberId;

use super::{Found, Kind, Table};

/// With how many networks a member may be left, where logins came at the same time.
const NETWORKS: usize = 24;

/// A login record as stored: [`shared::store::members::identifiers`].
#[derive(Deserialize)]
struct LoginRecord {
    member: Option<MemberId>,
    password: Option<String>,
    generation: Option<u64>,
}

/// The hours and days in which wrong passwords were counted, as seconds of their beginnings.
fn failures(item: &Value) -> Vec<(i64, u64)> {
    let fields = item.as_object().into_iter().flatten();
    fields
        .filter_map(|(name, count)| {
            let (kind, number) = name.strip_prefix("failures_")?.split_at_checked(1)?;
            let seconds = if kind == "h" { 3600 } else { 86_400 };
            let number: i64 = number.parse().ok()?;
            Some((number * seconds, count.as_u64().unwrap_or(0)))
        })
        .collect()
}

pub(super) fn check(table: &Table<'_>, found: &mut Found) {
    let mut names = BTreeSet::new();
    for (pk, member) in &table.members {
        found.unless(*pk == format!("member#{}", member.id.get()), || {
            format!("{pk} says it is member {}", member.id.get())
        });
        found.unless(member.logins().next().is_some(), || {
            format!("{pk} has no name to log in by")
        });
        for identifier in member.logins() {
            let record = table.login_record(&identifier);
            let own = table.get(&record, "login").map(|record| &record["member"]);
            found.unless(own.is_some_and(|own| *own == member.id.get()), || {
                format!("{pk} has no login record {record}")
            });
            names.insert((record, member.id.get()));
        }
        found.unless(member.networks.len() <= NETWORKS, || {
            format!("{pk} is known from too many networks")
        });
        let times = [member.created_at, member.updated_at, member.last_time];
        let been = times.iter().all(|time| table.has_been(time.millis()));
        found.unless(been, || format!("{pk} was changed in the future"));
        let after = times.iter().all(|time| *time >= member.created_at);
        found.unless(after, || format!("{pk} was changed before it was made"));
        found.unless(
            (member.visit_count == 0) == member.last_ip.is_empty(),
            || format!("{pk} has visits from nowhere, or an address without a visit"),
        );
    }
    for (pk, _, item) in table.all(Kind::Login) {
        let Some(record) = found.decoded::<LoginRecord>(pk, item) else {
            continue;
        };
        let failures = failures(item);
        let been = failures.iter().all(|(begin, count)| {
            // A day begins up to eight hours earlier at `+08:00`, and is numbered after.
            table.has_been(begin * 1000) && *count > 0
        });
        found.unless(been, || format!("{pk} counts failures of the future"));
        let Some(id) = record.member else {
            let bare = record.password.is_none() && record.generation.is_none();
            found.unless(bare && !failures.is_empty(), || {
                format!("{pk} is nobody's, and not for failures alone")
            });
            continue;
        };
        let owner = format!("member#{}", id.get());
        let Some(member) = table.members.get(&*owner) else {
            found
                .0
                .push(format!("{pk} is of {owner}, who is not there"));
            continue;
        };
        found.unless(names.contains(&(pk.to_owned(), id.get())), || {
            format!("{pk} is no name of {owner}")
        });
        let hash = serde_json::to_value(&member.password).ok();
        found.unless(hash == serde_json::to_value(record.password).ok(), || {
            format!("{pk} has another hash than {owner}")
        });
        found.unless(record.generation == Some(member.generation), || {
            format!(
                "{pk} is of generation {:?}, {owner} of {}",
                record.generation, member.generation
            )
        });
    }
}
