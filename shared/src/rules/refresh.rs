//! Exchanging a session's tokens for new ones.
//!
//! A client may fire one refresh for every request that met an expired token, in parallel, and may
//! lose the answer. So the first to come rotates the pair, and whoever presents the retired token
//! again is given the very same pair: for [`GRACE_SECONDS`] in any case, and for as long as nobody
//! has used the new one. Presented after that, the token has leaked, and the session ends.

use crate::{
    app::App,
    base::{clock::Time, digest::Digest},
    config::lifetime::{REFRESH_SECONDS, access_expiry, oldest_opening},
    domain::{
        client_address::ClientAddress,
        member::{Member, Profile},
        token::{Pair, Purpose, Slot, Token, TokenKey},
    },
    store::{
        StoreError,
        members::{Visit, Visited},
        sessions::item::{Retired, Rotated, Rotation, Session, SessionKey},
    },
    telemetry::line,
};

use crate::rules::{caller::Authenticated, session::LoggedIn};

/// How long a retired token is answered in any case.
pub const GRACE_SECONDS: i64 = 60;

/// Why no new tokens were given.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The refresh token was good once.
    #[error("the refresh token has expired")]
    Expired,
    /// It is not known, or no more.
    #[error("the refresh token is unknown")]
    Unknown,
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Exchanges a refresh token of the group at `slot`. Two round trips, two write units.
///
/// # Errors
/// [`RefreshError`]
pub async fn refresh(
    app: &App,
    address: ClientAddress,
    text: &str,
    slot: Slot,
) -> Result<LoggedIn<Pair>, RefreshError> {
    let token = Token::parse(text)
        .filter(|token| token.purpose == Purpose::Refresh && token.slot == slot)
        .ok_or(RefreshError::Unknown)?;
    let key = SessionKey::of(&token, &app.config).ok_or(RefreshError::Unknown)?;
    let now = app.clock.now();
    let retired = Retired {
        refresh: token.digest(),
        seed: app.random.bytes(),
        at: now,
        from: address.network(),
    };
    let (pair, rotation) = rotation(app, &token, retired);
    let opened_after = oldest_opening(now, &app.config);
    let sessions = app.store.sessions();
    let (pair, session) = match sessions.rotate(&key, &rotation, now, opened_after).await? {
        Rotated::Done(session) => (pair, session),
        Rotated::NotCurrent(session) => {
            let pair = once_more(app, &token, &key, &session, &rotation.retired).await?;
            (pair, session)
        }
        Rotated::NoSession => return Err(unknown(&token, now)),
    };
    app.note_member(token.member);
    let visit = Visit {
        key: &key,
        access: &session.access,
        generation: session.generation,
        at: pair_time(&session, now),
        ip: &address.text(),
    };
    let (member, trimmed) = tokio::join!(
        app.store.members().record_visit(token.member, visit),
        app.store
            .sessions()
            .trim_retired(&key, &session, grace_began(now)),
    );
    line::log_ignored_error(trimmed);
    match member? {
        Visited::Counted(member) => Ok(LoggedIn {
            member: *member,
            tokens: pair,
        }),
        Visited::SessionsEnded(_) | Visited::NoMember => Err(RefreshError::Unknown),
    }
}

/// Saves a profile and exchanges the pair of the session that asked for it, all or nothing. One
/// round trip, four write units, and another trip and unit once in several rotations. `None` where
/// the session has been rotated or ended meanwhile.
///
/// # Errors
/// [`StoreError`]
pub async fn save_and_rotate(
    app: &App,
    address: ClientAddress,
    caller: Authenticated,
    refresh: Digest,
    profile: Profile,
) -> Result<Option<LoggedIn<Pair>>, StoreError> {
    let Authenticated {
        token,
        key,
        mut session,
        mut member,
    } = caller;
    let now = app.clock.now();
    let retired = Retired {
        refresh,
        seed: app.random.bytes(),
        at: now,
        from: address.network(),
    };
    let (pair, rotation) = rotation(app, &token, retired.clone());
    let ip = address.text();
    let visit = Visit {
        key: &key,
        access: &rotation.access,
        generation: member.generation,
        at: now,
        ip: &ip,
    };
    let presented = token.digest();
    let saved = app
        .store
        .members()
        .save_profile_and_rotate(&member, &profile, visit, &presented, &rotation)
        .await?;
    if !saved {
        return Ok(None);
    }
    session.access = rotation.access;
    session.retired.insert(0, retired);
    let trimmed = app
        .store
        .sessions()
        .trim_retired(&key, &session, grace_began(now))
        .await;
    line::log_ignored_error(trimmed);
    member.profile = profile;
    visited(&mut member, now, ip);
    Ok(Some(LoggedIn {
        member,
        tokens: pair,
    }))
}

fn visited(member: &mut Member, now: Time, ip: String) {
    member.visit_count += 1;
    member.last_time = now;
    member.updated_at = now;
    member.last_ip = ip;
}

/// The pair that follows `token`'s, and what to write for it.
fn rotation(app: &App, token: &Token, retired: Retired) -> (Pair, Rotation) {
    let pair = successor(app, token, &retired);
    let rotation = Rotation {
        access: pair.access.digest(),
        access_until: access_expiry(&pair.access, &app.config),
        refresh: pair.refresh.digest(),
        refresh_until: pair.refresh.issued().plus_seconds(REFRESH_SECONDS),
        retired,
    };
    (pair, rotation)
}

/// The pair that `token` was, or will be, exchanged for. It can be computed under the service's key
/// alone: an old token and a copy of the table do not suffice.
fn successor(app: &App, token: &Token, retired: &Retired) -> Pair {
    let key = TokenKey::derived_from(&app.config.service_key);
    Pair::after(&key, token, &retired.seed, retired.at)
}

/// Answers a token that is not the current one: with the pair it was answered with before, or by
/// ending the session. `presented` is the token as it would have retired just now.
async fn once_more(
    app: &App,
    token: &Token,
    key: &SessionKey,
    session: &Session,
    presented: &Retired,
) -> Result<Pair, RefreshError> {
    let now = presented.at;
    let is_current = session.refresh == Some(presented.refresh);
    let mut retired = session.retired.iter();
    let place = retired.position(|retired| retired.refresh == presented.refresh);
    let place = match place {
        Some(place) => place,
        // It was not exchanged though it is the current one: its time is over.
        None if is_current => return Err(RefreshError::Expired),
        None => return Err(unknown(token, now)),
    };
    app.note_member(token.member);
    let is_over = session.opening.at <= oldest_opening(now, &app.config);
    if is_over || session.refresh_until.is_some_and(|until| until <= now) {
        return Err(RefreshError::Expired);
    }
    let retired = &session.retired[place];
    let graced = grace_began(now) < retired.at;
    let unanswered = place == 0 && !session.used;
    if graced && retired.from != presented.from {
        line::annotate(|notes| notes.refresh_token = Some(line::REPEATED_ELSEWHERE));
    }
    if graced || unanswered {
        Ok(successor(app, token, retired))
    } else {
        line::annotate(|notes| notes.refresh_token = Some(line::LEAKED));
        app.store.sessions().end_session(key, session).await?;
        Err(RefreshError::Unknown)
    }
}

/// Tokens retired after this are answered in any case.
const fn grace_began(now: Time) -> Time {
    now.plus_seconds(-GRACE_SECONDS)
}

/// A token that leads to no session was good once, or never.
fn unknown(token: &Token, now: Time) -> RefreshError {
    if token.issued().plus_seconds(REFRESH_SECONDS) <= now {
        RefreshError::Expired
    } else {
        RefreshError::Unknown
    }
}

/// When the session's current pair was made, so that a visit is the same whoever reports it first.
fn pair_time(session: &Session, now: Time) -> Time {
    session.retired.first().map_or(now, |retired| retired.at)
}
