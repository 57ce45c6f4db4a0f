//! The networks that a member has logged in from. Once an account has seen so many wrong passwords in
//! a day that it is locked out, they are the only ones that may still try.
//!
//! They lie in the member's item, in the map `networks`: a tag of the network, which does not tell
//! it, and the calendar day of the last login from there, counted from the Unix epoch.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{Members, Visit, Visited};
use crate::store::{
    StoreError,
    dynamodb::{
        item::{decode, n},
        table::Table,
        update::ConditionalUpdate,
    },
    key::Key,
};
use crate::{
    base::clock::Time,
    domain::{
        identifier::IdentifierKey,
        member::{Member, MemberId},
    },
};

/// A member with more networks than this is left with [`KEPT`] of them at the next login.
const MOST: usize = 16;
const KEPT: usize = 12;

/// The name of a network in the map: 6 bytes of a keyed digest.
pub(in crate::store) fn network_tag(table: &Table, network: &str) -> String {
    let tag: [u8; 6] = table.key.tag("network", network);
    BASE64_URL_SAFE_NO_PAD.encode(tag)
}

/// The day that is remembered of a login.
pub(in crate::store) fn day(at: Time) -> i64 {
    at.midnight().seconds().div_euclid(86_400)
}

impl Members<'_> {
    /// Whether the member has logged in from a network. An identifier that no member has costs the same
    /// read. One read unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn knows_network(
        self,
        member: Option<MemberId>,
        identifier: &IdentifierKey,
        network: &str,
    ) -> Result<bool, StoreError> {
        let decoy = u64::from_be_bytes(self.0.key.tag("decoy", identifier.as_str()));
        let Some(id) = member.or(MemberId::new(decoy >> 11)) else {
            return Ok(false);
        };
        let item = self.0.get(Key::member(id)).await?;
        let Some(item) = item.filter(|_| member.is_some()) else {
            return Ok(false);
        };
        let member: Member = decode("member", item)?;
        Ok(member.networks.contains_key(&network_tag(self.0, network)))
    }

    /// Counts the visit of a login, as [`record_visit`](Self::record_visit) does, and remembers the
    /// network. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn record_login(
        self,
        id: MemberId,
        visit: Visit<'_>,
        network: &str,
    ) -> Result<Visited, StoreError> {
        self.update_by_visit(id, visit, ", #networks.#network = :day", |change| {
            change
                .alias("#network", network_tag(self.0, network))
                .value(":day", n(day(visit.at)))
        })
        .await
    }

    /// Forgets the networks of the oldest logins, where there are many. One write unit, rarely.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn forget_old_networks(self, member: &Member) -> Result<(), StoreError> {
        if member.networks.len() <= MOST {
            return Ok(());
        }
        let mut networks: Vec<_> = member.networks.iter().collect();
        networks.sort_by_key(|(_, day)| std::cmp::Reverse(**day));
        let over = networks.into_iter().skip(KEPT).enumerate();
        let over: Vec<_> = over
            .map(|(place, (tag, _))| (format!("#network_{place}"), tag))
            .collect();
        let paths: Vec<_> = over
            .iter()
            .map(|(alias, _)| format!("#networks.{alias}"))
            .collect();
        let mut change = ConditionalUpdate::new(
            Key::member(member.id),
            format!("REMOVE {}", paths.join(", ")),
            "attribute_exists(#networks)",
        );
        for (alias, tag) in over {
            change = change.alias(&alias, tag);
        }
        self.0.update_if(change).await
    }
}
