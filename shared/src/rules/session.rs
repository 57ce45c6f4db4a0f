//! New sessions.

use crate::{
    app::App,
    config::lifetime::{BROWSER_SECONDS, REFRESH_SECONDS, access_expiry},
    domain::{
        member::MemberId,
        page_cursor::PageCursors,
        token::{Pair, Slot, Token},
    },
    store::sessions::item::{Session, SessionKey},
};

/// A session that has not been stored yet, and what its holder gets: a [`Pair`], or a browser's
/// [`Token`].
#[derive(Debug)]
pub struct NewSession<T> {
    /// What the client gets.
    pub tokens: T,
    /// Where the session will lie.
    pub key: SessionKey,
    /// The session.
    pub session: Session,
}

/// Makes a session of a group.
#[must_use]
pub fn for_group(app: &App, slot: Slot, id: MemberId, generation: u64) -> NewSession<Pair> {
    let pair = Pair::fresh(id, slot, &app.random, app.clock.now());
    NewSession {
        tokens: pair,
        key: key(app, &pair.access),
        session: Session {
            id: app.random.bytes(),
            generation,
            access: pair.access.digest(),
            access_until: access_expiry(&pair.access, &app.config),
            refresh: Some(pair.refresh.digest()),
            refresh_until: Some(pair.refresh.issued().plus_seconds(REFRESH_SECONDS)),
            used: false,
            retired: Vec::new(),
            cursors: PageCursors::default(),
        },
    }
}

/// Makes a session of a browser.
#[must_use]
pub fn for_browser(app: &App, id: MemberId, generation: u64) -> NewSession<Token> {
    let token = Token::for_browser(id, &app.random, app.clock.now());
    NewSession {
        tokens: token,
        key: key(app, &token),
        session: Session {
            id: app.random.bytes(),
            generation,
            access: token.digest(),
            access_until: token.issued().plus_seconds(BROWSER_SECONDS),
            refresh: None,
            refresh_until: None,
            used: false,
            retired: Vec::new(),
            cursors: PageCursors::default(),
        },
    }
}

fn key(app: &App, token: &Token) -> SessionKey {
    SessionKey::of(token, &app.config).expect("a slot taken from the settings is configured")
}
