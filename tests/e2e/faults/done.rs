//! How it is seen that a request has been done, where its repetition does not say so.

use std::time::Duration;

use crate::support::Service;

use super::subject::Subject;

/// The nickname that endpoints save.
pub const NICKNAME: &str = "老王";

/// The key of the entry that endpoints ask for.
pub const ORDER: &str = "order-1";

/// How long a message may be on its way on a busy machine: nobody waits for it to be answered.
const ON_ITS_WAY: Duration = Duration::from_secs(20);

/// How it is seen that a request has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// There is nothing to see: the same is answered, or a counter says one less.
    Nothing,
    /// The member logs in with this password, by this name.
    LogsIn(By, &'static str),
    /// The session has ended.
    LoggedOut,
    /// The refresh token of before leads to a live pair, and the nickname is saved.
    Rotated,
    /// The nickname is saved, and the browser's session lives.
    Saved,
    /// The ledger has one entry more, of so many points.
    Entry(i64),
    /// The mobile has the message.
    Sent,
    /// The address has the mail.
    Mailed,
}

/// A name to log in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Username,
    Email,
    Mobile,
}

impl Done {
    /// Whether what was counted of a message or a mail stays so where nobody takes it back.
    pub const fn leaves_counts(self) -> bool {
        matches!(self, Self::Sent | Self::Mailed)
    }

    /// Whether it is done.
    pub async fn is_seen(self, service: &Service, subject: &Subject) -> bool {
        match self {
            Self::Nothing => true,
            Self::LogsIn(by, password) => {
                let name = match by {
                    By::Username => &subject.name,
                    By::Email => &subject.email,
                    By::Mobile => &subject.mobile,
                };
                service.logs_in(name, password).await
            }
            Self::LoggedOut => {
                let token = if subject.access.is_empty() {
                    &subject.browser
                } else {
                    &subject.access
                };
                !service.is_live(token).await
            }
            Self::Rotated => {
                let fields = [("refresh_token", &*subject.refresh), ("group", "app")];
                let reply = service.post("/v1/site/refresh").form(&fields).await;
                let access = reply.body["data"]["access_token"].as_str();
                is_saved(service, access.unwrap_or_default()).await
            }
            Self::Saved => is_saved(service, &subject.browser).await,
            Self::Entry(point) => {
                let member = format!("member#{}", subject.id);
                let entries = service.items(&member, &format!("points#{ORDER}")).await;
                entries.len() == 1 && entries[0]["point"] == point
            }
            Self::Sent => arrives(service, &format!("+86{}", subject.mobile)).await,
            Self::Mailed => arrives(service, &subject.email).await,
        }
    }
}

async fn is_saved(service: &Service, token: &str) -> bool {
    let current = service.get("/api/v1/account/current").bearer(token).await;
    current.body["customer"]["name"] == NICKNAME
}

async fn arrives(service: &Service, to: &str) -> bool {
    tokio::time::timeout(ON_ITS_WAY, service.inbox.newest(to))
        .await
        .is_ok()
}
