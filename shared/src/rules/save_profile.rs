//! Saving a member's profile.

use crate::{
    app::App,
    domain::{
        actor::Actor,
        member::{Member, Profile},
    },
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
    caller: &Authenticated,
    profile: &Profile,
) -> Result<Member, SaveError> {
    let (members, now) = (app.store.members(), app.clock.now());
    let saved = members.save_profile(&caller.member, profile, &Actor::Member, now);
    saved.await?.ok_or(SaveError::SessionEnded)
}
