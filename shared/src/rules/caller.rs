//! Who asks: the session that an access token leads to.

use crate::{
    app::App,
    config::{
        Config,
        lifetime::{access_expiry, oldest_opening},
    },
    domain::{
        member::{Member, Status},
        token::{Purpose, Token},
    },
    store::{
        StoreError,
        sessions::item::{Session, SessionKey},
    },
    telemetry::line,
};

/// The most tokens of one request that are tried.
pub const MOST_TOKENS: usize = 5;

/// An access token that a request carries and that may be a good one: nothing has been read yet.
#[derive(Clone, Debug)]
pub struct UnverifiedToken {
    /// The token.
    pub token: Token,
    /// Where its session would lie.
    pub key: SessionKey,
}

/// The access tokens that a request carries, in the order in which they count: one at least, each
/// once, and no more than are tried.
#[derive(Clone, Debug)]
pub struct UnverifiedTokens {
    first: UnverifiedToken,
    others: Vec<UnverifiedToken>,
}

/// A member with a live session.
#[derive(Clone)]
pub struct Authenticated {
    /// The token that led to it.
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

    /// Whether the token has expired, going by the time that it says it was issued.
    pub(super) fn has_expired(&self, app: &App) -> bool {
        access_expiry(&self.token, &app.config) <= app.clock.now()
    }
}

impl UnverifiedTokens {
    /// Takes what a request carries; `None` where that is nothing.
    #[must_use]
    pub fn new(tokens: Vec<UnverifiedToken>) -> Option<Self> {
        let mut different: Vec<UnverifiedToken> = Vec::new();
        for token in tokens {
            let digest = token.token.digest();
            if different.len() < MOST_TOKENS
                && different.iter().all(|known| known.token.digest() != digest)
            {
                different.push(token);
            }
        }
        let mut different = different.into_iter();
        let first = different.next()?;
        let others = different.collect();
        Some(Self { first, others })
    }

    /// The token, where there is one alone.
    #[must_use]
    pub fn only(&self) -> Option<&UnverifiedToken> {
        self.others.is_empty().then_some(&self.first)
    }

    /// Why none of the tokens leads to a session, as far as they tell themselves: expired, where one
    /// of them was good once.
    #[must_use]
    pub fn refusal(&self, app: &App) -> AuthenticationError {
        let mut all = [&self.first].into_iter().chain(&self.others);
        if all.any(|token| token.has_expired(app)) {
            AuthenticationError::Expired
        } else {
            AuthenticationError::Unknown
        }
    }
}

/// Finds the live session, with its member, that the first of the tokens leads to; where that one leads
/// to none, the first of the others. One round trip, two read units. Where there are several tokens
/// and the first is dead, one more trip, and two units for each of the others. The first time after a
/// rotation there is another trip and a write unit, for the session remembers that its new pair has
/// arrived.
///
/// # Errors
/// [`AuthenticationError`]
pub async fn authenticate(
    app: &App,
    tokens: UnverifiedTokens,
) -> Result<Authenticated, AuthenticationError> {
    let mut refusal = tokens.refusal(app);
    let UnverifiedTokens { first, others } = tokens;
    let mut found = None;
    for tried in [vec![first], others] {
        if tried.is_empty() || found.is_some() {
            break;
        }
        let wanted: Vec<_> = (tried.iter())
            .map(|tried| (&tried.key, tried.token.member))
            .collect();
        let read = app.store.sessions().sessions_with_members(&wanted).await?;
        for (tried, read) in tried.into_iter().zip(read) {
            match state(app, &tried.token, read) {
                State::Live(session, member) => {
                    found = Some((tried, session, member));
                    break;
                }
                State::Expired => refusal = AuthenticationError::Expired,
                State::Dead => {}
            }
        }
    }
    let (UnverifiedToken { token, key }, session, member) = found.ok_or(refusal)?;
    app.note_member(member.id);
    if !session.used && !session.retired.is_empty() {
        // The next request says it again.
        line::log_ignored_error(app.store.sessions().mark_used(&key, &session).await);
    }
    Ok(Authenticated {
        token,
        key,
        session: *session,
        member: *member,
    })
}

/// What a token leads to.
enum State {
    Live(Box<Session>, Box<Member>),
    /// Its session, which is over.
    Expired,
    /// No session of its own, or one that was ended.
    Dead,
}

fn state(app: &App, token: &Token, read: Option<(Session, Member)>) -> State {
    let Some((session, member)) = read else {
        return State::Dead;
    };
    let now = app.clock.now();
    if session.access != token.digest()
        || session.generation != member.generation
        || member.status != Status::Active
    {
        State::Dead
    } else if session.access_until <= now || session.opening.at <= oldest_opening(now, &app.config)
    {
        State::Expired
    } else {
        State::Live(Box::new(session), Box::new(member))
    }
}
