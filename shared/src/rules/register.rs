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
    store::{StoreError, WriteToken, members::Created, verification::codes::RightCode},
};

use crate::rules::{login::LoggedIn, session};

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Somebody has the name.
    #[error("the name is taken")]
    Taken,
    /// The code has been used up or replaced meanwhile, or its time is over.
    #[error("the code is gone")]
    CodeGone,
    /// The address has registered too many.
    #[error("too many registrations")]
    TooMany {
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

/// Makes a member who logs in by `login`, and logs them in at a browser; the code that shows that a
/// mobile is theirs is used up by it. One round trip, eight write units, two more with a code; a taken
/// name costs another trip and unit.
///
/// # Errors
/// [`RegisterError`]
pub async fn register(
    app: &App,
    address: ClientAddress,
    login: Identifier,
    password: Password,
    code: Option<&RightCode<'_>>,
) -> Result<LoggedIn<Token>, RegisterError> {
    let hash = password::hash(password, &app.random).await;
    let hash = hash.map_err(Fault::from)?;
    let ip = address.text();
    loop {
        let id = MemberId::random(&app.random);
        let now = app.clock.now();
        let member = Member::new(id, login.clone(), hash.clone(), now, &ip);
        let new = session::for_browser(app, id, member.generation);
        let created = app
            .store
            .members()
            .create_member(&member, &new.key, &new.session, &address.counted(), code)
            .await?;
        match created {
            Created::Done => {
                let tokens = new.tokens;
                return Ok(LoggedIn { member, tokens });
            }
            // It tells who is registered: not endlessly.
            Created::LoginTaken => {
                let mark = WriteToken::random(&app.random);
                let counted = app
                    .store
                    .members()
                    .count_taken(&address.counted(), now, mark)
                    .await?;
                return Err(
                    counted.map_or(RegisterError::Taken, |until| RegisterError::TooMany {
                        until,
                    }),
                );
            }
            Created::CodeGone => return Err(RegisterError::CodeGone),
            Created::TooMany(until) => return Err(RegisterError::TooMany { until }),
            // One in 2^53 for each member there is.
            Created::IdTaken => {}
        }
    }
}
