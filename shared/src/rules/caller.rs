//! Who asks: the session that an access token leads to.

use crate::{
    app::App,
    config::{Config, lifetime::access_expiry},
    domain::{
        member::Member,
        token::{Purpose, Token},
    },
    store::{
        StoreError,
        sessions::item::{Session, SessionKey},
    },
    telemetry::line,
};

/// An access token that a request carries and that may be a good one: nothing has been read yet.
#[derive(Clone, Debug)]
pub struct UnverifiedToken {
    /// The token.
    pub token: Token,
    /// Where its session would lie.
    pub key: SessionKey,
}

/// A member with a live session.
#[derive(Clone)]
pub struct Authenticated {
    /// The token presented.
    pub token: Token,
    /// Where the session lies.
    pub key: SessionKey,
    /// The session.
    pub session: Session,
    /// The member.
    pub member: Member,
}

/// Why a token leads to no session.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// The token was good once.
    #[error("the access token has expired")]
    Expired,
    /// The token is unknown, or its session has ended.
    #[error("the access token leads to no session")]
    Unknown,
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UnverifiedToken {
    /// Reads an access token; `None` where the text cannot be one.
    #[must_use]
    pub fn parse(text: &str, config: &Config) -> Option<Self> {
        let token = Token::parse(text).filter(|token| token.purpose == Purpose::Access)?;
        let key = SessionKey::of(&token, config)?;
        Some(Self { token, key })
    }

    /// Why the token leads to no session, as far as the token itself tells.
    #[must_use]
    pub fn refusal(&self, app: &App) -> AuthenticationError {
        if access_expiry(&self.token, &app.config) <= app.clock.now() {
            AuthenticationError::Expired
        } else {
            AuthenticationError::Unknown
        }
    }
}

/// Finds the live session of a token, with its member. One round trip, two read units; the first time
/// after a rotation another trip and a write unit, for the session remembers that its new pair has
/// arrived.
///
/// # Errors
/// [`AuthenticationError`]
pub async fn authenticate(
    app: &App,
    unverified: UnverifiedToken,
) -> Result<Authenticated, AuthenticationError> {
    let refusal = unverified.refusal(app);
    let UnverifiedToken { token, key } = unverified;
    let sessions = app.store.sessions();
    let found = sessions.session_and_member(&key, &token).await?;
    let live = found.filter(|(session, member)| {
        session.access == token.digest() && session.generation == member.generation
    });
    let (session, member) = live.ok_or(refusal)?;
    if session.access_until <= app.clock.now() {
        return Err(AuthenticationError::Expired);
    }
    if !session.used && !session.retired.is_empty() {
        // The next request says it again.
        line::log_ignored_error(sessions.mark_used(&key, &session).await);
    }
    Ok(Authenticated {
        token,
        key,
        session,
        member,
    })
}
