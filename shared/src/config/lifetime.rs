//! How long sessions and their tokens live.

use super::Config;
use crate::{
    base::clock::Time,
    domain::token::{Slot, Token},
};

/// How long a browser's session lives, in seconds: 14 days.
pub const BROWSER_SECONDS: i64 = 14 * 86_400;

/// How long a refresh token lives, in seconds: 30 days.
pub const REFRESH_SECONDS: i64 = 30 * 86_400;

/// When an access token expires, going by when it says that it was issued.
#[must_use]
pub fn access_expiry(access: &Token, config: &Config) -> Time {
    access.issued().plus_seconds(match access.slot {
        Slot::Browser => BROWSER_SECONDS,
        Slot::Group(_) => config.access_seconds,
    })
}

/// A session that was opened at this moment, or before, has lived for as long as a session may.
#[must_use]
pub const fn oldest_opening(now: Time, config: &Config) -> Time {
    now.plus_seconds(-config.session_days * 86_400)
}
