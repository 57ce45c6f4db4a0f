//! The one error of a handler: what the client may read, and what only the log may read.

use std::{borrow::Cow, error::Error, fmt::Write as _, sync::Arc};

use axum::response::{IntoResponse, Response};

use crate::{base::clock::Time, fault::Fault, store::StoreError};

/// What kind of refusal it is; each family has its own code for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A parameter is wrong, or the request is refused for what it asks.
    Refused,
    /// The client is to show a captcha and ask again with what it says.
    CaptchaNeeded,
    /// No, an unknown or a revoked token.
    NotLoggedIn,
    /// A token that was good once.
    Expired,
    /// Too many attempts; the next is welcome in so many seconds.
    TooMany {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// A fault of ours.
    Fault,
}

/// Why a request is not answered as asked. The family's envelope is put around it by
/// [`crate::http::envelope`].
#[derive(Clone, Debug)]
pub struct ApiError {
    /// What kind of refusal it is.
    pub kind: Kind,
    /// What the client reads; the family's own sentence where there is none.
    pub message: Option<Cow<'static, str>>,
    /// How many attempts are left, where it helps to know.
    pub attempts_left: Option<usize>,
    /// The points that can be spent, where too few are the reason.
    pub balance: Option<i64>,
    /// What the log reads.
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// Refuses with a sentence for the client.
    #[must_use]
    pub fn refused(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: Some(message.into()),
            ..Self::of(Kind::Refused)
        }
    }

    /// Asks for a captcha.
    #[must_use]
    pub const fn captcha_needed() -> Self {
        Self::of(Kind::CaptchaNeeded)
    }

    /// Asks to log in.
    #[must_use]
    pub const fn not_logged_in() -> Self {
        Self::of(Kind::NotLoggedIn)
    }

    /// Asks to log in again.
    #[must_use]
    pub const fn expired() -> Self {
        Self::of(Kind::Expired)
    }

    /// Asks to wait from `now` until `until`.
    #[must_use]
    pub fn too_many(now: Time, until: Time) -> Self {
        let retry_after = now.seconds_until(until);
        Self::of(Kind::TooMany { retry_after })
    }

    /// A fault of ours, with its cause for the log.
    #[must_use]
    pub fn fault(cause: impl Error + Send + Sync + 'static) -> Self {
        Self {
            cause: Some(Arc::new(cause)),
            ..Self::of(Kind::Fault)
        }
    }

    /// The same, telling how many attempts are left.
    #[must_use]
    pub const fn with_attempts_left(mut self, attempts: usize) -> Self {
        self.attempts_left = Some(attempts);
        self
    }

    /// The same, telling how many points can be spent.
    #[must_use]
    pub const fn with_balance(mut self, balance: i64) -> Self {
        self.balance = Some(balance);
        self
    }

    /// The same with another sentence for the client.
    #[must_use]
    pub fn saying(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The chain of causes, for the log alone.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let mut text = String::new();
        let mut next: Option<&dyn Error> = self.cause.as_ref().map(|cause| &**cause as _);
        while let Some(error) = next {
            let separator = if text.is_empty() { "" } else { ": " };
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{error}");
            next = error.source();
        }
        (!text.is_empty()).then_some(text)
    }

    const fn of(kind: Kind) -> Self {
        Self {
            kind,
            message: None,
            attempts_left: None,
            balance: None,
            cause: None,
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self::fault(fault)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::fault(error)
    }
}

impl IntoResponse for ApiError {
    /// A response without a body: the family's layer writes it.
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}
