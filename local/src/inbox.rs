//! What the embedded AWS was asked to send: every phone and every mailbox of this machine.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use shared::base::clock::{Clock, Time};

use crate::spelling::Spelling;

/// How many messages are kept; the oldest goes first.
const MOST: usize = 1000;

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A text message.
    Sms,
    /// A mail.
    Mail,
}

/// A message that was sent.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// What the sender was told as `MessageId`.
    pub id: String,
    /// How it travelled.
    pub channel: Channel,
    /// The number or address, as the sender wrote it.
    pub to: String,
    /// A mail's subject.
    pub subject: Option<String>,
    /// The text; a mail's HTML where it has no text.
    pub body: String,
    /// A mail's HTML: shown on its own.
    #[serde(skip)]
    pub html: Option<String>,
    /// When.
    #[serde(serialize_with = "as_rfc3339")]
    pub sent_at: Time,
}

/// A message that is to be sent.
pub(crate) struct Draft {
    pub channel: Channel,
    pub to: String,
    pub subject: Option<String>,
    pub body: String,
    pub html: Option<String>,
}

/// The newest messages. Cheap to clone: all clones are one inbox.
#[derive(Clone)]
pub struct Inbox {
    clock: Clock,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    sent: u64,
    newest_first: VecDeque<Message>,
}

impl Inbox {
    /// An empty inbox, the messages of which are dated by `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let kept = Arc::default();
        Self { clock, kept }
    }

    /// The messages, newest first: all, or those that were sent to a number or address with `part` in it,
    /// in any spelling.
    #[must_use]
    pub fn messages(&self, part: Option<&str>) -> Vec<Message> {
        let part = part.map(Spelling::of).unwrap_or_default();
        let kept = self.kept();
        let matching = kept.newest_first.iter();
        let matching = matching.filter(|message| part.is_in(&message.to));
        matching.cloned().collect()
    }

    /// How many messages there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.kept().newest_first.len()
    }

    /// A message by its id.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<Message> {
        let kept = self.kept();
        let mut messages = kept.newest_first.iter();
        messages.find(|message| message.id == id).cloned()
    }

    /// Keeps a message and gives its id.
    pub(crate) fn keep(&self, draft: Draft) -> String {
        let mut kept = self.kept();
        kept.sent += 1;
        let id = format!("00000000-0000-4000-8000-{:012x}", kept.sent);
        kept.newest_first.truncate(MOST - 1);
        kept.newest_first.push_front(Message {
            id: id.clone(),
            channel: draft.channel,
            to: draft.to,
            subject: draft.subject,
            body: draft.body,
            html: draft.html,
            sent_at: self.clock.now(),
        });
        id
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Whoever panicked with it left no message half written.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inbox")
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_rfc3339<S: serde::Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.rfc3339())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sms(to: &str, body: &str) -> Draft {
        Draft {
            channel: Channel::Sms,
            to: to.to_owned(),
            subject: None,
            body: body.to_owned(),
            html: None,
        }
    }

    #[test]
    fn the_newest_thousand_are_kept_newest_first() {
        let inbox = Inbox::new(Clock::frozen(Time::from_seconds(0)));
        for number in 0..1100 {
            inbox.keep(sms("+8613800138000", &number.to_string()));
        }
        let messages = inbox.messages(None);
        assert_eq!(messages.len(), 1000);
        assert_eq!(messages[0].body, "1099");
        assert_eq!(messages[999].body, "100");
    }
}
