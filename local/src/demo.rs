//! The demo member of a developer's machine.

use shared::{
    app::App,
    domain::{
        identifier::{Email, InvalidName, Mobile, Username},
        member::{Member, MemberId},
        password::{self, Password},
    },
    fault::Fault,
    rules::session,
    store::StoreError,
};

/// Logs in as this, or as [`MAIL`], or as [`PHONE`].
pub const NAME: &str = "demo";
/// The demo member's e-mail address.
pub const MAIL: &str = "demo@example.com";
/// The demo member's mobile number.
pub const PHONE: &str = "13800138000";
/// The demo member's password.
pub const PASSWORD: &str = "huiyuan";

/// Why there is no demo member.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// One of its names is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The store or the hash failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Makes the demo member, unless it is there.
///
/// # Errors
/// [`DemoError`]
pub async fn create(app: &App) -> Result<(), DemoError> {
    let hash = password::hash(Password::attempt(PASSWORD), &app.random).await;
    let id = MemberId::random(&app.random);
    let name: Username = NAME.parse()?;
    let hash = hash.map_err(Fault::from)?;
    let mut member = Member::new(id, name.into(), hash, app.clock.now(), "127.0.0.1");
    member.email = Some(MAIL.parse::<Email>()?);
    member.mobile = Some(PHONE.parse::<Mobile>()?);
    let new = session::for_browser(app, id, member.generation);
    // Where it is not created, it is there from an earlier run.
    let _created = app
        .store
        .members()
        .create_member(&member, &new.key, &new.session, "demo", None)
        .await
        .map_err(|error: StoreError| Fault::from(error))?;
    Ok(())
}
