//! Sessions. One of an earlier generation may lie about, dead, until it is replaced or expires; one of
//! a generation still to come would wake up.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use shared::{
    base::clock::Time, config::lifetime::REFRESH_SECONDS, store::sessions::item::Session,
};

use super::{Found, Kind, Table};

/// More retired tokens than a session ever holds: it is trimmed to sixty at most, once it has more
/// than six, and a trim that failed is made up for by the next.
const MOST_RETIRED: usize = 128;

pub(super) fn check(table: &Table<'_>, found: &mut Found) {
    for (pk, sk, item) in table.all(Kind::Session) {
        let Some(session) = found.decoded::<Session>(&format!("{pk} {sk}"), item) else {
            continue;
        };
        let mut complain = |good, wrong: &str| {
            found.unless(good, || format!("{pk} {sk} {wrong}"));
        };
        let member = table.members.get(pk);
        complain(member.is_some(), "has no member");
        complain(
            member.is_none_or(|member| session.generation <= member.generation),
            "is of a generation still to come",
        );
        let end = session.refresh_until.unwrap_or(session.access_until);
        complain(
            item["expires_at"].as_i64() == Some(end.seconds()),
            "is not kept until its end",
        );
        complain(
            end <= Time::from_seconds(table.now + 1 + REFRESH_SECONDS),
            "ends later than any",
        );
        if let Some(name) = sk.strip_prefix("session#browser#") {
            let digest = BASE64_URL_SAFE_NO_PAD.encode(&session.access.as_bytes()[..16]);
            complain(name == digest, "is not where its token leads");
            let plain = session.refresh.is_none() && session.retired.is_empty();
            complain(
                plain && session.refresh_until.is_none(),
                "is a browser's, and rotates",
            );
        } else {
            let pair = session.refresh.is_some() && session.refresh_until.is_some();
            complain(pair, "has no refresh token");
        }
        let retired = session.retired.iter().map(|retired| &retired.refresh);
        let tokens = [Some(&session.access), session.refresh.as_ref()];
        let tokens: Vec<_> = tokens.into_iter().flatten().chain(retired).collect();
        let different: BTreeSet<_> = tokens.iter().map(|digest| digest.as_bytes()).collect();
        complain(different.len() == tokens.len(), "has the same token twice");
        complain(
            session.retired.len() <= MOST_RETIRED,
            "has too many retired tokens",
        );
        let been = (session.retired.iter()).all(|retired| table.has_been(retired.at.millis()));
        complain(been, "rotated in the future");
        complain(
            table.has_been(session.opening.at.millis()),
            "was opened in the future",
        );
        let shown = |agent: &String| agent.len() <= 80 && !agent.contains(|c: char| c.is_control());
        complain(
            session.opening.agent.as_ref().is_none_or(shown),
            "calls its client what cannot be shown",
        );
    }
}
