//! Saving a member's profile.

use crate::{
    app::App,
    domain::member::{Member, Profile},
    rules::caller::Authenticated,
    store::StoreError,
};

/// Why a profile was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The session has been ended meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Saves the profile of the member who asks, and gives the member as it is then. Two round trips with
/// that of the session, one write unit.
///
/// # Errors
/// [`SaveError`]
pub async fn save_profile(
    app: &App,
    by: &Authenticated,
    profile: &Profile,
) -> Result<Member, SaveError> {
    let members = app.store.members();
    let saved = members.save_profile(&by.member, profile, app.clock.now());
    saved.await?.ok_or(SaveError::SessionEnded)
}
