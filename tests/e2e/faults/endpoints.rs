//! Every endpoint in the states that make a difference to which calls it takes.

mod messages;
mod points;
mod registration;
mod sessions;

use crate::support::{RequestBuilder, Service};

use super::subject::{Need, Subject};

pub use messages::MESSAGES;
pub use points::POINTS;
pub use registration::REGISTRATION;
pub use sessions::SESSIONS;

/// How it is seen that a request has been done, where its repetition does not say so.
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
    /// The mobile has the message.
    Sent,
    /// The address has the mail.
    Mailed,
}

impl Done {
    /// Whether what was counted of a message or a mail stays so where nobody takes it back.
    pub fn leaves_counts(self) -> bool {
        match self {
            Self::Sent | Self::Mailed => true,
            Self::Nothing | Self::LogsIn(..) | Self::LoggedOut | Self::Rotated => false,
        }
    }
}

/// A name to log in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Username,
    Email,
    Mobile,
}

/// An endpoint in a state.
pub struct Endpoint {
    pub what: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub needs: &'static [Need],
    pub ask: fn(&Service, &Subject) -> RequestBuilder,
    pub done: Done,
}

const ACCOUNT: &str = "/api/v1/account/";

fn account(service: &Service, subject: &Subject, name: &str) -> RequestBuilder {
    let request = service.post(&[ACCOUNT, name].concat());
    request.from(&subject.address)
}
