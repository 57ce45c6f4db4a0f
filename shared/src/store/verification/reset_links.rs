//! Reset links: what a mail carries to set a new password by. One item per mailbox, whether or not a
//! member has it, so that asking for a link costs and takes the same for both. A mailbox gets three
//! links in any hour, whoever asks, and each is good for an hour or until one of them is used. So a
//! stranger who asks for links voids none of the owner's, and whoever finds the limit spent has a link.
//!
//! `link#<digest>` / `links`, where the digest is that of the mailbox's login record:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `sent_0` … `sent_2` | N | when the newest were asked for, see [`SlidingWindow`] |
//! | `token_0` … `token_2` | B | the digests of their tokens; absent once one was used |
//! | `used`, `used_at` | B, N | the digest of the token that was used last, and when |
//! | `expires_at` | N | TTL |
//!
//! How many mails an address asks for is counted in `address#<digest>` / `mails`, which has the
//! attributes `sent_0` … `sent_19` and `expires_at`.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::Verification;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{Item, b, n},
        update::ConditionalUpdate,
    },
    key::{Key, SK},
    limits::sliding_window::{Limit, SlidingWindow},
    members::identifiers::{Account, LoginRecord},
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::identifier::IdentifierKey,
};

/// How long a link is good, in seconds.
pub const LINK_SECONDS: i64 = 3600;

/// How long the form behind a link may be sent again.
pub const AGAIN_SECONDS: i64 = 60;

/// What a mailbox may be sent: three links an hour. As many are kept, so none is voided by another.
pub const PER_MAILBOX: SlidingWindow = SlidingWindow {
    name: "sent",
    limits: &[Limit::Within {
        events: LINKS,
        seconds: LINK_SECONDS,
    }],
    stored: LINKS,
};

/// What a client's address may ask for: twenty links an hour.
pub const PER_ADDRESS: SlidingWindow = SlidingWindow {
    name: "sent",
    limits: &[Limit::Within {
        events: 20,
        seconds: 3600,
    }],
    stored: 20,
};

const LINKS: usize = 3;

/// A link that is good.
#[derive(Clone, Debug)]
pub struct Link {
    mailbox: String,
    token: Digest,
}

impl Verification<'_> {
    /// The digest by which a link names its mailbox.
    #[must_use]
    pub fn mailbox(self, email: &IdentifierKey) -> String {
        self.0.key.identifier(email)
    }

    /// Adds a link to a mailbox, and counts it for the address that asks. Where there were too many,
    /// says when the next is welcome. Four write units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn put_link(
        self,
        mailbox: &str,
        token: &Digest,
        address: &str,
        now: Time,
    ) -> Result<Option<Time>, StoreError> {
        let expiring = |key| {
            ConditionalUpdate::new(key, "SET #expires_at = :expires_at", "")
                .value(":expires_at", n(now.seconds() + LINK_SECONDS))
        };
        let mut of_mailbox = expiring(Key::reset_links(mailbox))
            .and(", #token_0 = :token")
            .value(":token", b(token.as_bytes()))
            .value(":none", AttributeValue::Null(true));
        for place in 1..LINKS {
            let newer = place - 1;
            of_mailbox = of_mailbox.and(&format!(
                ", #token_{place} = if_not_exists(#token_{newer}, :none)"
            ));
        }
        let of_address = expiring(self.0.key.address(address, "mails"));
        let limits = [PER_MAILBOX, PER_ADDRESS];
        let writes = vec![
            self.0
                .transact_update(limits[0].remember(of_mailbox, None, now)),
            self.0
                .transact_update(limits[1].remember(of_address, None, now)),
        ];
        let failed = self.0.transact(writes).await?.into_iter();
        let waits = failed.map(|failed| {
            let wait = limits[failed.index].wait(&failed.item.unwrap_or_default(), now);
            wait.unwrap_or(now)
        });
        Ok(waits.max())
    }

    /// Finds the link that a token leads to, and the account of its mailbox. `None` where the link is
    /// not good, or no more, and where no member has the mailbox. Two read units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn link(
        self,
        mailbox: &str,
        token: &Digest,
        now: Time,
    ) -> Result<Option<(Link, Account)>, StoreError> {
        let (links, account) = self.links_and_account(mailbox).await?;
        let is_token =
            |place: usize| links.get(&format!("token_{place}")) == Some(&b(token.as_bytes()));
        let times = PER_MAILBOX.times(&links);
        let mut sent = (times.iter().enumerate()).filter(|(place, _)| is_token(*place));
        let is_good = sent.any(|(_, sent)| sent.plus_seconds(LINK_SECONDS) > now);
        Ok(account.filter(|_| is_good).map(|account| {
            let link = Link {
                mailbox: mailbox.to_owned(),
                token: *token,
            };
            (link, account)
        }))
    }

    /// The account of a mailbox, where its newest use of a link was by this token, a moment ago. Two
    /// read units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn just_used_link(
        self,
        mailbox: &str,
        token: &Digest,
        now: Time,
    ) -> Result<Option<Account>, StoreError> {
        let (links, account) = self.links_and_account(mailbox).await?;
        let since = now.plus_seconds(-AGAIN_SECONDS).millis();
        let used_at = links.get("used_at").and_then(|at| at.as_n().ok());
        let just = used_at.is_some_and(|at| at.parse().is_ok_and(|at: i64| at > since));
        let used = just && links.get("used") == Some(&b(token.as_bytes()));
        Ok(account.filter(|_| used))
    }

    async fn links_and_account(self, mailbox: &str) -> Result<(Item, Option<Account>), StoreError> {
        let keys = [Key::reset_links(mailbox), Key::login_record(mailbox)];
        let (mut links, mut record) = (Item::new(), Item::new());
        for item in self.0.read_all(&keys).await? {
            let is_links =
                (item.get(SK)).is_some_and(|sk| sk.as_s().is_ok_and(|sk| *sk == keys[0].sk));
            *(if is_links { &mut links } else { &mut record }) = item;
        }
        Ok((links, LoginRecord::from_item(record)?.account()))
    }

    /// Uses up a link, while it is good, and voids the mailbox's others: part of a transaction.
    pub(in crate::store) fn use_up_link(self, link: &Link, now: Time) -> TransactWriteItem {
        let tokens: Vec<_> = (0..LINKS).map(|place| format!("#token_{place}")).collect();
        let good: Vec<_> = (0..LINKS)
            .map(|place| format!("(#token_{place} = :token AND #sent_{place} > :over)"))
            .collect();
        let change = ConditionalUpdate::new(
            Key::reset_links(&link.mailbox),
            format!(
                "REMOVE {} SET #used = :token, #used_at = :now",
                tokens.join(", ")
            ),
            format!("({})", good.join(" OR ")),
        )
        .value(":token", b(link.token.as_bytes()))
        .value(":now", n(now.millis()))
        .value(":over", n(now.plus_seconds(-LINK_SECONDS).millis()));
        self.0.transact_update(change)
    }
}
