//! What a client is told where a rule that several endpoints share refuses.

use crate::{
    base::clock::Time,
    http::error::ApiError,
    rules::{login::LoginError, save_profile::SaveError},
};

impl LoginError {
    /// The refusal for a client: `wrong` is its family's sentence for wrong credentials.
    #[must_use]
    pub fn refusal(self, now: Time, wrong: &'static str) -> ApiError {
        match self {
            Self::Wrong { attempts_left } => {
                let attempts_left = usize::try_from(attempts_left).unwrap_or_default();
                ApiError::refused(wrong).with_attempts_left(attempts_left)
            }
            Self::TooMany { until } => ApiError::too_many(now, until),
            Self::Fault(fault) => fault.into(),
        }
    }
}

impl From<SaveError> for ApiError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::SessionEnded => Self::not_logged_in(),
            SaveError::Store(error) => error.into(),
        }
    }
}
