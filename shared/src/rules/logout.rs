//! Ending the session of whoever asks.

use super::caller::{self, Authenticated, AuthenticationError, UnverifiedToken, UnverifiedTokens};
use crate::{app::App, config::lifetime::oldest_opening};

/// Ends the live session that the tokens lead to. With one token neither the session nor its member is
/// read first: one round trip, one write unit. With several, which of them is live has to be read.
///
/// # Errors
/// [`AuthenticationError`]: there is no such session.
pub async fn logout(app: &App, tokens: UnverifiedTokens) -> Result<(), AuthenticationError> {
    let refusal = tokens.refusal(app);
    let live = if let Some(only) = tokens.only() {
        only.clone()
    } else {
        let Authenticated { token, key, .. } = caller::authenticate(app, tokens).await?;
        UnverifiedToken { token, key }
    };
    let (digest, now) = (live.token.digest(), app.clock.now());
    let opened_after = oldest_opening(now, &app.config);
    let sessions = app.store.sessions();
    if sessions
        .log_out(&live.key, &digest, now, opened_after)
        .await?
    {
        app.note_member(live.token.member);
        Ok(())
    } else {
        Err(refusal)
    }
}
