//! The log: one line per request, written when the answer is ready. It holds no body, query, token,
//! code or password, and an address only in part.

use std::{
    cell::RefCell,
    error::Error,
    fmt,
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use serde::Serialize;

use crate::{
    app::App,
    client::ClientAddress,
    clock::Time,
    envelope::Outcome,
    metrics,
    store::meter::{self, Usage},
};

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
    /// How much of the day's cap on messages is used, in percent: see `store::spend`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_cap_percent: Option<u8>,
    /// What the carrier of a message did other than take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// Whether a password was right, where one was compared to log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<&'static str>,
    /// What the request could do without and did not get done, one after the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<String>,
}

/// Says in the line that something was not done that the request can do without: what tidies up, and
/// what the next request does as well.
pub fn can_wait<E: Error>(done: Result<(), E>) {
    if let Err(error) = done {
        note(|notes| {
            let undone = notes.undone.get_or_insert_default();
            if !undone.is_empty() {
                undone.push_str("; ");
            }
            undone.push_str(&error.to_string());
        });
    }
}

/// A password that was right.
pub const GOOD: &str = "good";
/// A password that was wrong, or that of nobody.
pub const BAD: &str = "bad";

tokio::task_local! {
    static NOTES: RefCell<Notes>;
}

/// Adds to the line of the request that is being answered.
pub fn note(add: impl FnOnce(&mut Notes)) {
    // Outside of a request there is no line.
    let _ = NOTES.try_with(|notes| add(&mut notes.borrow_mut()));
}

/// The gateway's id of a request.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Where the lines go.
#[derive(Clone)]
pub struct Journal {
    write: Arc<dyn Fn(&Line) + Send + Sync>,
    warm: Arc<AtomicBool>,
}

impl Journal {
    /// Hands each line to `write`.
    pub fn to(write: impl Fn(&Line) + Send + Sync + 'static) -> Self {
        Self {
            write: Arc::new(write),
            warm: Arc::default(),
        }
    }

    /// One JSON object per line on standard output, which Lambda keeps in `CloudWatch`: the line and
    /// its metrics, under the name of the deployment `stack`.
    #[must_use]
    pub fn json(stack: &str) -> Self {
        let stack = stack.to_owned();
        Self::to(move |line| {
            if let Ok(text) = serde_json::to_string(&metrics::document(line, &stack)) {
                // An answer does not fail because its line cannot be written.
                let _ = writeln!(io::stdout(), "{text}");
            }
        })
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}

/// Writes a request's line once its answer is ready.
pub(crate) async fn observe(
    State((function, app)): State<(&'static str, App)>,
    request: Request,
    next: Next,
) -> Response {
    let stopwatch = app.clock.stopwatch();
    let extensions = request.extensions();
    let path = extensions.get::<MatchedPath>();
    let mut line = Line {
        time: app.clock.now(),
        request_id: extensions.get::<RequestId>().map(|id| id.0.clone()),
        function,
        method: request.method().clone(),
        endpoint: path.map(|path| path.as_str().to_owned()),
        path: request.uri().path().to_owned(),
        code: 0,
        milliseconds: 0.0,
        cold: !app.journal.warm.swap(true, Ordering::Relaxed),
        usage: Usage::default(),
        client: extensions.get::<ClientAddress>().map(ClientAddress::masked),
        fault: None,
        throttled: false,
        notes: Notes::default(),
    };
    let answer = async {
        let response = next.run(request).await;
        (response, NOTES.with(RefCell::take))
    };
    let answer = NOTES.scope(RefCell::default(), answer);
    let ((mut response, notes), usage) = meter::measure(answer).await;
    line.usage = usage;
    line.notes = notes;
    line.milliseconds = stopwatch.elapsed().as_secs_f64() * 1000.0;
    match response.extensions_mut().remove::<Outcome>() {
        Some(outcome) => {
            line.code = outcome.code;
            line.fault = outcome.fault;
            line.throttled = outcome.throttled;
        }
        None => line.code = response.status().as_u16(),
    }
    (app.journal.write)(&line);
    response
}

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
            can_wait("".parse::<u8>().map(|_| ()));
            can_wait::<fmt::Error>(Ok(()));
            can_wait(Err(fmt::Error));
            NOTES.with(RefCell::take)
        };
        let undone = NOTES.scope(RefCell::default(), request).await.undone;
        let [empty, other] = [
            "".parse::<u8>().unwrap_err().to_string(),
            fmt::Error.to_string(),
        ];
        assert_eq!(undone, Some(format!("{empty}; {other}")));
    }
}
