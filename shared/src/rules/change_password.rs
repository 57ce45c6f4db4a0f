//! Changing a password by its owner.

use crate::{
    app::App,
    base::clock::Time,
    domain::{
        actor::Actor,
        client_address::ClientAddress,
        identifier::IdentifierKey,
        password::{self, Password},
    },
    fault::Fault,
    store::StoreError,
};

use crate::rules::caller::Authenticated;
use crate::rules::login::{self, Attempt, LoginError};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The old password is another.
    #[error("wrong current password")]
    WrongPassword,
    /// Too many wrong ones before.
    #[error("too many wrong passwords")]
    TooMany {
        /// When the next is welcome.
        until: Time,
    },
    /// The session has been ended meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<LoginError> for ChangeError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong { .. } => Self::WrongPassword,
            LoginError::TooMany { until } => Self::TooMany { until },
            LoginError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Changes the password of the member who asks and ends every session of theirs. Attempts at the old
/// password are counted as those at a login are. Three round trips with that of the session.
///
/// # Errors
/// [`ChangeError`]
pub async fn change_password(
    app: &App,
    address: ClientAddress,
    caller: &Authenticated,
    old: Password,
    new: Password,
) -> Result<(), ChangeError> {
    let attempt = Attempt {
        address,
        identifier: IdentifierKey::typed(caller.member.login_name()),
        password: old,
    };
    let right = login::check(app, &attempt).await?;
    let hash = password::hash(new, &app.random).await;
    let hash = hash.map_err(Fault::from)?;
    let (renewed, ()) = tokio::join!(
        app.store.members().renew_password(
            &caller.member,
            hash,
            Some(&caller.key),
            &Actor::Member,
            app.clock.now()
        ),
        login::clear_attempts(app, &attempt, &right),
    );
    if renewed? {
        Ok(())
    } else {
        Err(ChangeError::SessionEnded)
    }
}
