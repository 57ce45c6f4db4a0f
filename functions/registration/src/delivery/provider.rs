//! What a provider of messages is, and what became of a message that was handed to one.

use std::{fmt, future::Future, pin::Pin};

use shared::domain::identifier::Mobile;

use super::mail::Mail;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The provider took it.
    Sent,
    /// The provider refused it, or was never reached. It has not been sent, and costs nothing.
    Refused(Failure),
    /// No answer came, or none that can be read. It may be under way.
    Unknown(Failure),
}

impl Outcome {
    /// What went wrong, for the log; `None` where nothing did.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Sent => None,
            Self::Refused(Failure { provider, reason }) => {
                Some(format!("{provider} refused a message: {reason}"))
            }
            Self::Unknown(Failure { provider, reason }) => {
                Some(format!("{provider} did not answer for a message: {reason}"))
            }
        }
    }
}

/// Why a message was not sent, or not surely. It tells nothing of the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{provider}: {reason}")]
pub(crate) struct Failure {
    /// `SNS`, `SES`, …
    pub(crate) provider: &'static str,
    /// The provider's error code, or what stood in the way.
    pub(crate) reason: String,
}

/// The outcome of a message that is being handed over.
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Sends text messages. A message is handed over once: one whose answer got lost may be under way, and
/// a second would be paid for too.
pub(crate) trait SmsProvider: fmt::Debug + Send + Sync {
    /// Hands a text for a mobile over.
    fn send<'a>(&'a self, mobile: &'a Mobile, text: String) -> Sending<'a>;
}

/// Sends mails. A mail is handed over once.
pub(crate) trait MailProvider: fmt::Debug + Send + Sync {
    /// Hands a mail over.
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a>;
}
