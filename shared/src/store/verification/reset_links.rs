//! Reset links: what a mail carries to set a new password by. One item per mail address, whether or
//! not a member has it, so that asking for a link costs and takes the same for both; a newer link
//! takes the place of the older.
//!
//! `link#<tag of the address>` / `link`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `sent_0` … `sent_10` | N | when the newest were asked for, see [`super::recent`] |
//! | `digest`, `until` | B, N | the token's digest, and when it expires; absent once it is used up |
//! | `before`, `before_until` | B, N | those that they took the place of; themselves where there were none |
//! | `email` | S | the address, as it is looked up |
//! | `expires_at` | N | TTL |

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::Deserialize;

use super::Verification;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{b, decode, n, s},
        update::ConditionalUpdate,
    },
    key::Key,
    limits::sliding_window::{self, Limit},
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::identifier::IdentifierKey,
};

/// What a mail address may be sent: one link a minute, five an hour, ten a calendar day.
pub const PER_EMAIL: [Limit; 3] = [
    Limit::Within {
        events: 1,
        seconds: 60,
    },
    Limit::Within {
        events: 5,
        seconds: 3600,
    },
    Limit::PerDay { events: 10 },
];

/// What a client's address may ask for: twenty links an hour.
pub const PER_ADDRESS: [Limit; 1] = [Limit::Within {
    events: 20,
    seconds: 3600,
}];

const OF_EMAIL: usize = 10;
const OF_ADDRESS: usize = 20;

/// How often the place of a link among others of its client's address is looked for again.
const TRIES: usize = 4;

/// A link that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewLink<'a> {
    /// To which mail address.
    pub email: &'a IdentifierKey,
    /// The token's digest.
    pub digest: &'a Digest,
    /// Until when it is good.
    pub until: Time,
}

/// A link that is good.
#[derive(Clone, Debug)]
pub struct Link {
    /// The tag of the mail address it was sent to.
    tag: String,
    /// That address.
    pub email: IdentifierKey,
    digest: Digest,
}

#[derive(Deserialize)]
struct Stored {
    digest: Option<Digest>,
    until: Option<Time>,
    email: String,
}

impl Verification<'_> {
    /// Makes a link the mail address's only one, and counts it for that and for the address that
    /// asks; where there were too many, says when the next is welcome. Four write units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn put_link(
        self,
        link: &NewLink<'_>,
        address: &str,
        now: Time,
    ) -> Result<Option<Time>, StoreError> {
        let of_email = ConditionalUpdate::new(
            Key::reset_link(&link.email.tag()),
            "SET #digest = :digest, #before = if_not_exists(#digest, :digest), #until = :until, \
             #before_until = if_not_exists(#until, :until), #email = :email, \
             #expires_at = :expires_at",
            "",
        )
        .value(":digest", b(link.digest.as_bytes()))
        .value(":until", n(link.until.millis()))
        .value(":email", s(link.email.as_str()))
        .value(":expires_at", n(now.seconds() + 86_400));
        let of_address = of_address(address, now);
        let writes = vec![
            self.0.transact_update(sliding_window::remember(
                of_email, &PER_EMAIL, OF_EMAIL, now,
            )),
            self.0.transact_update(sliding_window::remember(
                of_address,
                &PER_ADDRESS,
                OF_ADDRESS,
                now,
            )),
        ];
        let unmet = self.0.transact(writes).await?.into_iter();
        let waits = unmet.map(|unmet| {
            let limits: &[Limit] = if unmet.index == 0 {
                &PER_EMAIL
            } else {
                &PER_ADDRESS
            };
            let times = sliding_window::times(&unmet.item.unwrap_or_default());
            sliding_window::wait(limits, &times, now).unwrap_or(now)
        });
        Ok(waits.max())
    }

    /// Takes back that a link was counted, where it was, and gives the mail address its earlier link
    /// again: nobody has been sent the new one, and its token is not known to anybody. Four write units, and
    /// four more for each link that was counted for the client's address meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn uncount_link(
        self,
        link: &NewLink<'_>,
        address: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        let mut place = 0;
        for _ in 0..TRIES {
            let of_email = ConditionalUpdate::new(
                Key::reset_link(&link.email.tag()),
                "SET #digest = #before, #until = #before_until, #expires_at = :expires_at",
                "#digest = :digest",
            )
            .value(":digest", b(link.digest.as_bytes()))
            .value(":expires_at", n(now.seconds() + 86_400));
            let of_address = of_address(address, now);
            let writes = vec![
                self.0
                    .transact_update(sliding_window::forget(of_email, 0, OF_EMAIL, now)),
                self.0
                    .transact_update(sliding_window::forget(of_address, place, OF_ADDRESS, now)),
            ];
            let unmet = self.0.transact(writes).await?;
            // The first: it was not counted, or another came since.
            if unmet.iter().any(|unmet| unmet.index == 0) {
                return Ok(());
            }
            let Some(others) = unmet.into_iter().next() else {
                return Ok(());
            };
            let times = sliding_window::times(&others.item.unwrap_or_default());
            match times.iter().position(|asked| *asked == now) {
                Some(found) => place = found,
                None => return Ok(()),
            }
        }
        // So many came between that this one is left counted.
        Ok(())
    }

    /// Finds the link that a token leads to: `tag` is its part for the mail address. `None` where it
    /// is not good, or no more. One read unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn link(
        self,
        tag: &str,
        digest: &Digest,
        now: Time,
    ) -> Result<Option<Link>, StoreError> {
        let Some(item) = self.0.get(Key::reset_link(tag)).await? else {
            return Ok(None);
        };
        let stored: Stored = decode("link", item)?;
        let good = stored.digest == Some(*digest) && stored.until.is_some_and(|until| until > now);
        Ok(good.then(|| Link {
            tag: tag.to_owned(),
            email: IdentifierKey::typed(&stored.email),
            digest: *digest,
        }))
    }

    /// Uses up a link, while it is good: part of a transaction.
    pub(in crate::store) fn use_up_link(self, link: &Link, now: Time) -> TransactWriteItem {
        let change = ConditionalUpdate::new(
            Key::reset_link(&link.tag),
            "REMOVE #digest, #until",
            "#digest = :digest AND #until > :now",
        )
        .value(":digest", b(link.digest.as_bytes()))
        .value(":now", n(now.millis()));
        self.0.transact_update(change)
    }
}

/// What an address asks for is remembered in this item, for an hour after the last.
fn of_address(address: &str, now: Time) -> ConditionalUpdate {
    let update = "SET #expires_at = :expires_at";
    ConditionalUpdate::new(Key::address(address, "mails"), update, "")
        .value(":expires_at", n(now.seconds() + 3600))
}
