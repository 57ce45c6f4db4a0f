//! Codes and links: what was used up has brought something about.
//!
//! A used code is gone from its mobile's item, and a used link from its address's. Of a table alone
//! it can be said that whoever used a code or a link is a member, and that a link or a code to reset
//! has raised a generation. Who knows what was issued can ask [`spent_for_nothing`] for more.

use serde_json::Value;
use shared::{
    domain::identifier::{Email, Identifier, Mobile},
    store::key::TableKey,
};

use super::{Found, Kind, Table, counters};

/// What was sent to somebody to prove themselves by.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A code to register with.
    Registration(Mobile),
    /// A code to reset the password with.
    Reset(Mobile),
    /// A link to reset the password by.
    Link(Email),
}

/// A proof, and what its holder was when it was sent.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The proof.
    pub proof: Proof,
    /// The holder's generation; `None` where there was no such member.
    pub generation: Option<u64>,
}

impl Proof {
    fn login(&self) -> Identifier {
        match self.clone() {
            Self::Registration(mobile) | Self::Reset(mobile) => mobile.into(),
            Self::Link(email) => email.into(),
        }
    }

    /// Whether it is gone: used up, for nothing else removes it.
    fn is_spent(&self, table: &Table<'_>) -> bool {
        let of_mobile = |mobile: &Mobile, purpose| {
            let item = table.get(table.key.mobile(mobile).partition(), "sms");
            item.is_some_and(|item| counters::code(item, purpose).is_none())
        };
        match self {
            Self::Registration(mobile) => of_mobile(mobile, "registration"),
            Self::Reset(mobile) => of_mobile(mobile, "reset"),
            Self::Link(_) => {
                let mailbox = table.key.identifier(&self.login().key());
                let item = table.get(&format!("link#{mailbox}"), "links");
                item.is_some_and(|item| item["token_0"].is_null())
            }
        }
    }
}

/// Says in a sentence each which of the newest proofs of their holders are used up in a table, with
/// nothing to show for it: no member registered, no password reset.
#[must_use]
pub fn spent_for_nothing(
    items: &[Value],
    now: i64,
    key: &TableKey,
    issued: &[Issued],
) -> Vec<String> {
    let mut found = Found::default();
    let table = Table::read(items, now, key, &mut found);
    let mut found = Found::default();
    for Issued { proof, generation } in issued {
        let now_of = generation_of(&table, &table.login_record(&proof.login()));
        let shown = match (proof, generation) {
            // It registers nobody a second time.
            (Proof::Registration(_), Some(_)) => false,
            (Proof::Registration(_), None) => now_of.is_some(),
            (Proof::Reset(_) | Proof::Link(_), Some(before)) => {
                now_of.is_some_and(|generation| generation > *before)
            }
            (Proof::Reset(_) | Proof::Link(_), None) => now_of.is_some_and(|now| now > 0),
        };
        found.unless(shown || !proof.is_spent(&table), || {
            format!("{proof:?} is used up, and nothing was done for it")
        });
    }
    found.0
}

/// The generation of the member whose login record this is.
fn generation_of(table: &Table<'_>, login_record: &str) -> Option<u64> {
    let record = table.get(login_record, "login")?;
    let id = record["member"].as_u64()?;
    let member = table.members.get(&*format!("member#{id}"))?;
    Some(member.generation)
}

pub(super) fn check(table: &Table<'_>, found: &mut Found) {
    // A mobile's and a mailbox's digest are those of their login records.
    let generation = |pk: &str| {
        let (_, digest) = pk.split_once('#')?;
        generation_of(table, &format!("login#{digest}"))
    };
    for (pk, _, item) in table.all(Kind::Mobile) {
        let sent = item["sent_0"].as_i64().is_some_and(|sent| sent > 0);
        let codes = ["registration", "reset"].map(|purpose| counters::code(item, purpose));
        let used = sent && codes.iter().all(Option::is_none);
        found.unless(!used || generation(pk).is_some(), || {
            format!("{pk} has used a code, and is no member's")
        });
    }
    for (pk, _, item) in table.all(Kind::Links) {
        let used = item["token_0"].is_null();
        let reset = generation(pk).is_some_and(|generation| generation > 0);
        found.unless(!used || reset, || {
            format!("{pk} has used a link, and no password was reset")
        });
    }
}
