//! Registering a new member.

use crate::{
    app::App,
    base::clock::Time,
    domain::{
        actor::Actor,
        client::Client,
        identifier::Identifier,
        member::{Member, MemberId},
        password::{self, Password, PasswordHash},
        token::Token,
    },
    fault::Fault,
    store::{
        StoreError, WriteToken,
        limits::fixed_window::Hourly,
        members::{Created, NewMember},
        verification::codes::RightCode,
    },
};

use crate::rules::session::{Browser, Kind, LoggedIn, ProvenMember};

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Another member has the name.
    #[error("the name is taken")]
    Taken,
    /// The code has been used up or replaced meanwhile, or its time is over.
    #[error("the code is gone")]
    CodeGone,
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for RegisterError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// An attempt to register that was counted for its address.
#[derive(Clone, Debug)]
pub struct CountedRegistration {
    /// By which client.
    client: Client,
    /// When.
    pub at: Time,
}

/// Why an attempt to register went no further.
#[derive(Debug, thiserror::Error)]
pub enum TooManyRegistrations {
    /// The address has made too many.
    #[error("too many registrations")]
    TooMany {
        /// When the next is welcome.
        until: Time,
    },
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Counts an attempt to register with valid parameters, before anything is hashed or compared. With a
/// code, a try at a wrong code is counted too. One round trip, one write unit.
///
/// # Errors
/// [`TooManyRegistrations`]
pub async fn count(
    app: &App,
    client: Client,
    with_code: bool,
) -> Result<CountedRegistration, TooManyRegistrations> {
    let counters = [Hourly::Registrations, Hourly::WrongCodes];
    let counters = &counters[..1 + usize::from(with_code)];
    let at = app.clock.now();
    let token = WriteToken::random(&app.random);
    let limits = app.store.limits();
    let refused = limits
        .count_hourly(&client.address.counted(), counters, at, token)
        .await?;
    match refused {
        Some(until) => Err(TooManyRegistrations::TooMany { until }),
        None => Ok(CountedRegistration { client, at }),
    }
}

/// Makes a member who logs in by `identifier`, and logs them in at a browser. The code that shows that a
/// mobile is theirs is used up by it. One round trip, six write units, two more with a code.
///
/// # Errors
/// [`RegisterError`]
pub async fn register(
    app: &App,
    counted: CountedRegistration,
    identifier: Identifier,
    password: Password,
    code: Option<&RightCode<'_>>,
) -> Result<LoggedIn<Token>, RegisterError> {
    let hash = password::hash(password, &app.random).await;
    let hash = hash.map_err(Fault::from)?;
    let client = &counted.client;
    let network = client.address.network().to_string();
    loop {
        let id = MemberId::random(&app.random);
        let now = app.clock.now();
        let identifiers = std::slice::from_ref(&identifier);
        let member = Member::new(id, identifiers, Some(hash.clone()), now, Actor::Member);
        let member = member.visiting_from(client.address.text());
        let proven = ProvenMember {
            id,
            generation: member.generation,
        };
        let session = Browser.session(app, proven, client);
        let new = NewMember {
            member: &member,
            session: Some((&session.key, &session.session)),
            network: Some(&network),
            code,
        };
        match app.store.members().create_member(&new).await? {
            Created::Done => {
                app.note_member(id);
                let tokens = session.tokens;
                return Ok(LoggedIn { member, tokens });
            }
            Created::IdentifierTaken => return Err(RegisterError::Taken),
            Created::CodeGone => return Err(RegisterError::CodeGone),
            // One in 2^53 for each member there is.
            Created::IdTaken => {}
        }
    }
}

/// Makes a member without a session and without counting it for an address: one whom an operator or an
/// import brings. A member without a password logs in by other ways. One round trip; two write units
/// for the member, two for each identifier.
///
/// # Errors
/// [`RegisterError`]
pub async fn create_member(
    app: &App,
    identifiers: &[Identifier],
    password: Option<PasswordHash>,
    actor: &Actor,
) -> Result<Member, RegisterError> {
    loop {
        let id = MemberId::random(&app.random);
        let now = app.clock.now();
        let member = Member::new(id, identifiers, password.clone(), now, actor.clone());
        let alone = NewMember::alone(&member);
        match app.store.members().create_member(&alone).await? {
            Created::Done => {
                app.note_member(id);
                return Ok(member);
            }
            Created::IdentifierTaken => return Err(RegisterError::Taken),
            Created::CodeGone => return Err(RegisterError::CodeGone),
            Created::IdTaken => {}
        }
    }
}
