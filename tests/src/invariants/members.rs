//! Members and their markers. The store writes a member, its names and the copies of its hash and
//! generation in one transaction each time, so at rest every copy is equal to what it is copied from.

use std::collections::BTreeSet;

use serde::Deserialize;
use shared::domain::{identifier::Identifier, member::MemberId};

use super::{Found, Kind, Table};

/// A marker as stored: [`shared::store::members::identifiers`].
#[derive(Deserialize)]
struct LoginRecord {
    member: Option<MemberId>,
    password: Option<String>,
    generation: Option<u64>,
    failures: Option<u32>,
    failing_since: Option<i64>,
}

/// The partition key of a name's marker.
pub(super) fn marker_of(login: &Identifier) -> String {
    format!("login#{}", login.key().digest())
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
        for login in member.logins() {
            let marker = marker_of(&login);
            let own = table.get(&marker, "login").map(|marker| &marker["member"]);
            found.unless(own.is_some_and(|own| *own == member.id.get()), || {
                format!("{pk} has no marker {marker}")
            });
            names.insert((marker, member.id.get()));
        }
        let times = [member.created_at, member.updated_at, member.last_time];
        let been = times.iter().all(|time| table.has_been(time.millis()));
        found.unless(been, || format!("{pk} was changed in the future"));
        let after = times.iter().all(|time| *time >= member.created_at);
        found.unless(after, || format!("{pk} was changed before it was made"));
        found.unless(member.visit_count > 0, || {
            format!("{pk} has never been here")
        });
    }
    for (pk, _, item) in table.all(Kind::Login) {
        let Some(marker) = found.decoded::<LoginRecord>(pk, item) else {
            continue;
        };
        let failing = (marker.failures.is_some(), marker.failing_since.is_some());
        found.unless(failing.0 == failing.1, || {
            format!("{pk} counts failures without a beginning, or begins without any")
        });
        let since = marker.failing_since.unwrap_or_default();
        found.unless(table.has_been(since), || {
            format!("{pk} counts failures of the future")
        });
        let Some(id) = marker.member else {
            let bare = marker.password.is_none() && marker.generation.is_none();
            found.unless(bare && failing.0, || {
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
        found.unless(hash == marker.password.map(Into::into), || {
            format!("{pk} has another hash than {owner}")
        });
        found.unless(marker.generation == Some(member.generation), || {
            format!(
                "{pk} is of generation {:?}, {owner} of {}",
                marker.generation, member.generation
            )
        });
    }
}
