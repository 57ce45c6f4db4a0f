//! Opening sessions for members who have shown who they are, and ending all of a member's.

use crate::{
    app::App,
    config::lifetime::{BROWSER_SECONDS, REFRESH_SECONDS, access_expiry},
    domain::{
        actor::Actor,
        client::Client,
        member::{Member, MemberId},
        page_cursor::PageCursors,
        token::{Pair, Slot, Token},
    },
    store::{
        StoreError,
        members::{Visit, Visited},
        sessions::item::{Opening, Session, SessionKey},
    },
    telemetry::line,
};

use super::caller::UnverifiedToken;

/// A member who has shown who they are: by a password, or by a code.
#[derive(Clone, Copy, Debug)]
pub struct ProvenMember {
    /// The member.
    pub id: MemberId,
    /// The generation that the member was of then.
    pub generation: u64,
}

/// A member who has just logged in.
pub struct LoggedIn<T> {
    /// The member, this visit counted.
    pub member: Member,
    /// What the client gets.
    pub tokens: T,
}

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

/// What kind of session is opened.
pub trait Kind: Copy {
    /// What its holder gets.
    type Tokens;

    /// Makes a session for a member, opened by `client`. Nothing is stored.
    fn session(self, app: &App, member: ProvenMember, client: &Client) -> NewSession<Self::Tokens>;
}

/// A browser's session: each login has one of its own.
#[derive(Clone, Copy, Debug)]
pub struct Browser;

/// The session of a RageFrame group, which has one for each member.
#[derive(Clone, Copy, Debug)]
pub struct Group(pub Slot);

impl Kind for Browser {
    type Tokens = Token;

    fn session(self, app: &App, member: ProvenMember, client: &Client) -> NewSession<Token> {
        let now = app.clock.now();
        let token = Token::for_browser(member.id, &app.random, now);
        NewSession {
            tokens: token,
            key: key(app, &token),
            session: Session {
                id: app.random.bytes(),
                generation: member.generation,
                access: token.digest(),
                access_until: token.issued().plus_seconds(BROWSER_SECONDS),
                refresh: None,
                refresh_until: None,
                used: false,
                retired: Vec::new(),
                opening: Opening::new(now, client),
                cursors: PageCursors::default(),
            },
        }
    }
}

impl Kind for Group {
    type Tokens = Pair;

    fn session(self, app: &App, member: ProvenMember, client: &Client) -> NewSession<Pair> {
        let now = app.clock.now();
        let pair = Pair::fresh(member.id, self.0, &app.random, now);
        NewSession {
            tokens: pair,
            key: key(app, &pair.access),
            session: Session {
                id: app.random.bytes(),
                generation: member.generation,
                access: pair.access.digest(),
                access_until: access_expiry(&pair.access, &app.config),
                refresh: Some(pair.refresh.digest()),
                refresh_until: Some(pair.refresh.issued().plus_seconds(REFRESH_SECONDS)),
                used: false,
                retired: Vec::new(),
                opening: Opening::new(now, client),
                cursors: PageCursors::default(),
            },
        }
    }
}

fn key(app: &App, token: &Token) -> SessionKey {
    SessionKey::of(token, &app.config).expect("a slot taken from the settings is configured")
}

/// What became of the opening of a session.
pub enum Opened<T> {
    /// The member is logged in.
    Done(Box<LoggedIn<T>>),
    /// All sessions of the member were ended meanwhile, this one with them: the member as it is now.
    Ended(Box<Member>),
    /// A session of a later generation stands in its place, or the member is gone.
    Overtaken,
}

/// Opens a session for a member, counts the visit and remembers the network. The session whose token the same browser brings
/// is replaced by it. One round trip, two write units, one more for each token that is brought.
///
/// # Errors
/// [`StoreError`]
pub async fn open<K: Kind>(
    app: &App,
    member: ProvenMember,
    kind: K,
    client: &Client,
    brought: &[UnverifiedToken],
) -> Result<Opened<K::Tokens>, StoreError> {
    let new = kind.session(app, member, client);
    let visit = Visit {
        key: &new.key,
        access: &new.session.access,
        generation: member.generation,
        at: app.clock.now(),
        ip: &client.address.text(),
    };
    let (members, network) = (app.store.members(), client.address.network().to_string());
    let (stored, visited, replaced) = tokio::join!(
        app.store.sessions().put_session(&new.key, &new.session),
        members.record_login(member.id, visit, &network),
        replace(app, member.id, brought),
    );
    line::log_ignored_error(replaced);
    let stored = stored?;
    Ok(match visited? {
        Visited::Counted(counted) if stored => {
            line::log_ignored_error(members.forget_old_networks(&counted).await);
            Opened::Done(Box::new(LoggedIn {
                member: *counted,
                tokens: new.tokens,
            }))
        }
        Visited::SessionsEnded(member) => Opened::Ended(member),
        Visited::Counted(_) | Visited::NoMember => Opened::Overtaken,
    })
}

/// Ends the sessions of this member among those that a browser has tokens of.
async fn replace(
    app: &App,
    member: MemberId,
    brought: &[UnverifiedToken],
) -> Result<(), StoreError> {
    let own = (brought.iter()).filter(|brought| {
        brought.token.member == member
            && brought.token.slot == Slot::Browser
            && !brought.has_expired(app)
    });
    for UnverifiedToken { token, key } in own {
        let sessions = app.store.sessions();
        // Where it has ended, there is nothing to replace.
        let _ended = sessions.end_browser_session(key, &token.digest()).await?;
    }
    Ok(())
}

/// Ends every session of a member; `false` where there is no such member. Two round trips, one read
/// unit; two write units for the member, two for each of its names.
///
/// # Errors
/// [`StoreError`]
pub async fn end_all(app: &App, id: MemberId, actor: &Actor) -> Result<bool, StoreError> {
    let ended = (app.store.members()).end_all_sessions(id, actor, app.clock.now());
    let ended = ended.await?;
    app.note_member(id);
    Ok(ended)
}
