//! Ending the session of whoever asks.

use super::caller::{AuthenticationError, UnverifiedToken};
use crate::app::App;

/// Ends the session that a token leads to, without reading it or its member first. One round trip, one
/// write unit.
///
/// # Errors
/// [`AuthenticationError`]: there is no such session.
pub async fn logout(app: &App, unverified: &UnverifiedToken) -> Result<(), AuthenticationError> {
    let (digest, now) = (unverified.token.digest(), app.clock.now());
    let sessions = app.store.sessions();
    if sessions.log_out(&unverified.key, &digest, now).await? {
        Ok(())
    } else {
        Err(unverified.refusal(app))
    }
}
