//! Registering a new member.

use crate::{
    app::App,
    base::{clock::Time, digest::Digest},
    domain::{
        actor::Actor,
        client::Client,
        client_address::ClientAddress,
        identifier::Identifier,
        member::{Member, MemberId},
        password::{self, Password, PasswordHash},
        token::Token,
    },
    fault::Fault,
    store::{
        StoreError, WriteToken,
        limits::fixed_window::Hourly,
        members::{Created, NewMember, registration_request::RegistrationRequest},
        verification::codes::RightCode,
    },
    telemetry::line,
};

use crate::rules::{
    login::{self, Attempt, LoginError},
    session::{Browser, Kind, LoggedIn, ProvenMember},
};

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Another member has the name.
    #[error("the name is taken")]
    Taken,
    /// The code has been used up or replaced meanwhile, or its time is over.
    #[error("the code is gone")]
    CodeGone,
    /// The registration was said again, and there were too many wrong passwords before.
    #[error("too many wrong passwords")]
    TooManyPasswords {
        /// When the next is welcome.
        until: Time,
    },
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
    at: Time,
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
    let counters = &counters[..=usize::from(with_code)];
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
/// mobile is theirs is used up by it, and taken back from the address's wrong codes. One round trip, six
/// write units, three more with a code. The second of two clicks is answered as the first was, and costs
/// a login more.
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
    let hash = password::hash(password.clone(), &app.random).await;
    let hash = hash.map_err(Fault::from)?;
    let client = &counted.client;
    let network = client.address.network().to_string();
    let (from, code_digest) = (client.address.counted(), code.map(|code| code.digest));
    let mut is_wrong_code = code.is_some();
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
        let request = RegistrationRequest {
            address: &from,
            identifier: &identifier,
            code: code_digest,
            at: now,
        };
        let new = NewMember {
            member: &member,
            session: Some((&session.key, &session.session)),
            network: Some(&network),
            code,
            request: Some(&request),
        };
        let uncounted = async {
            if std::mem::take(&mut is_wrong_code) {
                uncount_wrong_code(app, client.address, counted.at).await;
            }
        };
        let created = app.store.members().create_member(&new);
        let (created, ()) = tokio::join!(created, uncounted);
        match created? {
            Created::Done => {
                app.note_member(id);
                let tokens = session.tokens;
                return Ok(LoggedIn { member, tokens });
            }
            Created::IdentifierTaken { again: false } => return Err(RegisterError::Taken),
            Created::IdentifierTaken { again: true } => {
                let again = log_in_again(app, counted, &identifier, password).await?;
                return again.ok_or(RegisterError::Taken);
            }
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
            Created::IdentifierTaken { .. } => return Err(RegisterError::Taken),
            Created::CodeGone => return Err(RegisterError::CodeGone),
            Created::IdTaken => {}
        }
    }
}

/// Answers a registration whose code is used up, where the same request has used it up a moment before:
/// the second of two clicks. `None` where another has. One round trip and read unit, then a login's.
///
/// # Errors
/// [`RegisterError`]
pub async fn answer_again(
    app: &App,
    counted: CountedRegistration,
    identifier: &Identifier,
    password: Password,
    code: Option<&Digest>,
) -> Result<Option<LoggedIn<Token>>, RegisterError> {
    let request = RegistrationRequest {
        address: &counted.client.address.counted(),
        identifier,
        code,
        at: counted.at,
    };
    if app.store.members().has_registered(&request).await? {
        if code.is_some() {
            uncount_wrong_code(app, counted.client.address, counted.at).await;
        }
        log_in_again(app, counted, identifier, password).await
    } else {
        Ok(None)
    }
}

/// Logs in whoever says a registration again, by the password: an attempt like any other. `None` where
/// the password is another.
async fn log_in_again(
    app: &App,
    counted: CountedRegistration,
    identifier: &Identifier,
    password: Password,
) -> Result<Option<LoggedIn<Token>>, RegisterError> {
    let attempt = Attempt {
        address: counted.client.address,
        identifier: identifier.key(),
        password,
    };
    match login::login(app, attempt, Browser, &counted.client, &[]).await {
        Ok(new) => Ok(Some(new)),
        Err(LoginError::Wrong { .. }) => Ok(None),
        Err(LoginError::TooMany { until }) => Err(RegisterError::TooManyPasswords { until }),
        Err(LoginError::Fault(fault)) => Err(fault.into()),
    }
}

/// Takes back a wrong code that was counted for the address at `counted_at`, for it was the right one. A
/// fault is logged. One write unit.
pub async fn uncount_wrong_code(app: &App, address: ClientAddress, counted_at: Time) {
    let limits = app.store.limits();
    let uncounted = limits
        .uncount_hourly(&address.counted(), Hourly::WrongCodes, counted_at)
        .await;
    line::log_ignored_error(uncounted);
}
