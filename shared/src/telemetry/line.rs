//! The log: one line per request, written when the answer is ready. It holds no body, query, token,
//! code or password, and an address only in part.

use std::{cell::RefCell, error::Error, future::Future};

use axum::http::Method;
use serde::Serialize;

use super::usage::Usage;
use crate::base::clock::Time;

/// What is said of a request.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// When it came in.
    #[serde(serialize_with = "as_rfc3339")]
    pub time: Time,
    /// The gateway's id for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Which function answered.
    pub function: &'static str,
    /// `GET` or `POST`.
    #[serde(serialize_with = "as_text")]
    pub method: Method,
    /// The route, as declared; `None` for an undefined path.
    pub endpoint: Option<String>,
    /// The path as it came, without the query: for a developer's terminal, never for a log.
    #[serde(skip)]
    pub path: String,
    /// The answer's `code`, or the HTTP status where there is no envelope.
    pub code: u16,
    /// How long it took.
    pub milliseconds: f64,
    /// Whether it was the first since the start.
    pub cold: bool,
    /// What it spent in DynamoDB.
    #[serde(flatten, serialize_with = "as_units")]
    pub usage: Usage,
    /// From where, without its last part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Why, where it is a fault of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Whether it was refused for too many attempts, which a metric says.
    #[serde(skip)]
    pub throttled: bool,
    /// What only some requests have to say.
    #[serde(flatten)]
    pub notes: Notes,
}

/// What only some requests have to say: metrics are counted by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Notes {
    /// Which member it is of, once that is known: by a [`pseudonym`](super::pseudonym::pseudonym).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Which operator called, by name: an ARN of IAM behind the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// What was wrong with a refresh token that was exchanged before: [`REPEATED_ELSEWHERE`] or
    /// [`LEAKED`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'static str>,
    /// How much of the day's cap on messages is used, in percent: see `store::spend`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_cap_percent: Option<u8>,
    /// What the provider of a message did other than take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Whether a password was right, where one was compared to log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<&'static str>,
    /// What the request could do without and did not get done, one after the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<String>,
}

/// Says in the line that something was not done that the request can do without: what tidies up, and
/// what the next request does as well.
pub fn log_ignored_error<E: Error>(done: Result<(), E>) {
    if let Err(error) = done {
        annotate(|notes| {
            let undone = notes.undone.get_or_insert_default();
            if !undone.is_empty() {
                undone.push_str("; ");
            }
            undone.push_str(&error.to_string());
        });
    }
}

/// A refresh token that was repeated from another network than the one it was exchanged from.
pub const REPEATED_ELSEWHERE: &str = "repeated elsewhere";
/// A refresh token that was exchanged long before: its session was ended.
pub const LEAKED: &str = "leaked";

/// A password that was right.
pub const GOOD: &str = "good";
/// A password that was wrong, or that of nobody.
pub const BAD: &str = "bad";

tokio::task_local! {
    static NOTES: RefCell<Notes>;
}

/// Runs the work of a request, and gives what it said of itself with what it answered.
pub(crate) async fn with_notes<F: Future>(work: F) -> (F::Output, Notes) {
    let work = async {
        let output = work.await;
        (output, NOTES.with(RefCell::take))
    };
    NOTES.scope(RefCell::default(), work).await
}

/// Adds to the line of the request that is being answered.
pub fn annotate(add: impl FnOnce(&mut Notes)) {
    // Outside of a request there is no line.
    let _ = NOTES.try_with(|notes| add(&mut notes.borrow_mut()));
}

/// The gateway's id of a request.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_rfc3339<S: serde::Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.rfc3339())
}

fn as_text<S: serde::Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

fn as_units<S: serde::Serializer>(usage: &Usage, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Spent {
        trips: u32,
        read_units: f64,
        write_units: f64,
    }
    let Usage {
        trips,
        read_units,
        write_units,
        ..
    } = *usage;
    Spent {
        trips,
        read_units,
        write_units,
    }
    .serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everything_that_was_not_done_is_said() {
        let request = async {
            log_ignored_error("".parse::<u8>().map(|_| ()));
            log_ignored_error::<std::fmt::Error>(Ok(()));
            log_ignored_error(Err(std::fmt::Error));
            NOTES.with(RefCell::take)
        };
        let undone = NOTES.scope(RefCell::default(), request).await.undone;
        let [empty, other] = [
            "".parse::<u8>().unwrap_err().to_string(),
            std::fmt::Error.to_string(),
        ];
        assert_eq!(undone, Some(format!("{empty}; {other}")));
    }
}
