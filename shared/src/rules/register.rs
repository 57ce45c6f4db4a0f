//! Registering a new member.

use crate::{
    app::App,
    base::clock::Time,
    domain::{
        client_address::ClientAddress,
        identifier::Identifier,
        member::{Member, MemberId},
        password::{self, Password},
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

use crate::rules::{login::LoggedIn, session};

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
#[derive(Clone, Copy, Debug)]
pub struct CountedRegistration {
    /// From which address.
    address: ClientAddress,
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
    address: ClientAddress,
    with_code: bool,
) -> Result<CountedRegistration, TooManyRegistrations> {
    let counters = [Hourly::Registrations, Hourly::WrongCodes];
    let counters = &counters[..1 + usize::from(with_code)];
    let at = app.clock.now();
    let token = WriteToken::random(&app.random);
    let limits = app.store.limits();
    let refused = limits
        .count_hourly(&address.counted(), counters, at, token)
        .await?;
    match refused {
        Some(until) => Err(TooManyRegistrations::TooMany { until }),
        None => Ok(CountedRegistration { address, at }),
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
    let (ip, network) = (counted.address.text(), counted.address.network());
    loop {
        let id = MemberId::random(&app.random);
        let now = app.clock.now();
        let member = Member::new(id, identifier.clone(), hash.clone(), now, &ip);
        let session = session::for_browser(app, id, member.generation);
        let new = NewMember {
            member: &member,
            session: Some((&session.key, &session.session)),
            network: Some(&network),
            code,
        };
        match app.store.members().create_member(&new).await? {
            Created::Done => {
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
