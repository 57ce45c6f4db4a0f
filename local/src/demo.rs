//! The demo members of a developer's machine.

use shared::{
    app::App,
    domain::{
        actor::Actor,
        client::Client,
        client_address::ClientAddress,
        identifier::{Email, IdentifierKey, InvalidName, Mobile, Username},
        member::{Member, MemberId},
        password::{self, Password, PasswordHash, Verdict},
        token::Slot,
    },
    fault::Fault,
    rules::{
        points::post::{self, PostError},
        register::{self, RegisterError},
        session::{Browser, Group, Kind, ProvenMember},
    },
    store::{
        StoreError,
        ledger::entries::{InvalidKey, Order},
    },
};

/// Logs in as this, or as [`MAIL`], or as [`PHONE`].
pub const NAME: &str = "demo";
/// The demo member's e-mail address.
pub const MAIL: &str = "demo@example.com";
/// The demo member's mobile number.
pub const PHONE: &str = "13800138000";
/// The demo members' password.
pub const PASSWORD: &str = "huiyuan";

/// The first number of those that more demo members have.
const PHONES: u64 = 13_900_000_000;

/// Why there is no demo member.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// One of its names is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The key of an entry of points is none.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// An entry of points could not be written.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The store or the hash failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for DemoError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes the demo member, unless it is there.
///
/// # Errors
/// [`DemoError`]
pub async fn create(app: &App) -> Result<(), DemoError> {
    let hash = hash(app).await?;
    // Where it is not created, it is there from an earlier run.
    let _created = create_one(app, [NAME, MAIL, PHONE], hash).await?;
    Ok(())
}

/// Makes `count` more, with points and a session of each kind, unless they are there.
///
/// # Errors
/// [`DemoError`]
pub async fn create_more(app: &App, count: u32) -> Result<(), DemoError> {
    // One hash for all: a hash takes longer than a member.
    let hash = hash(app).await?;
    for number in 1..=count {
        let name = format!("{NAME}{number}");
        let mail = format!("{name}@example.com");
        let phone = (PHONES + u64::from(number)).to_string();
        let created = create_one(app, [&name, &mail, &phone], hash.clone()).await?;
        if let Some(member) = created {
            open_sessions(app, &member).await?;
            credit(app, member.id, number).await?;
        }
    }
    Ok(())
}

/// Whether the demo member's password still is [`PASSWORD`].
///
/// # Errors
/// [`DemoError`]
pub async fn has_password(app: &App) -> Result<bool, DemoError> {
    let members = app.store.members();
    let record = members.login_record(&IdentifierKey::typed(NAME)).await?;
    let stored = record.account().and_then(|account| account.password);
    let verdict = password::verify(Password::attempt(PASSWORD), stored).await;
    Ok(verdict.map_err(Fault::from)? != Verdict::Wrong)
}

async fn hash(app: &App) -> Result<PasswordHash, DemoError> {
    let hash = password::hash(Password::attempt(PASSWORD), &app.random).await;
    Ok(hash.map_err(Fault::from)?)
}

/// Makes a member with a name, a mail address and a mobile; `None` where one of them is taken.
async fn create_one(
    app: &App,
    [name, mail, phone]: [&str; 3],
    hash: PasswordHash,
) -> Result<Option<Member>, DemoError> {
    let identifiers = [
        name.parse::<Username>()?.into(),
        mail.parse::<Email>()?.into(),
        phone.parse::<Mobile>()?.into(),
    ];
    match register::create_member(app, &identifiers, Some(hash), &Actor::Import).await {
        Ok(member) => Ok(Some(member)),
        Err(RegisterError::Fault(fault)) => Err(fault.into()),
        Err(
            RegisterError::Taken | RegisterError::CodeGone | RegisterError::TooManyPasswords { .. },
        ) => Ok(None),
    }
}

/// Opens a session of each kind for a member.
async fn open_sessions(app: &App, member: &Member) -> Result<(), DemoError> {
    let client = Client::new(ClientAddress([127, 0, 0, 1].into()), Some("demo"));
    let proven = ProvenMember {
        id: member.id,
        generation: member.generation,
    };
    let sessions = app.store.sessions();
    let browser = Browser.session(app, proven, &client);
    sessions.put_session(&browser.key, &browser.session).await?;
    // The first of the built-in groups.
    let group = Group(Slot::Group(1)).session(app, proven, &client);
    sessions.put_session(&group.key, &group.session).await?;
    Ok(())
}

/// Writes a few entries of points.
async fn credit(app: &App, id: MemberId, number: u32) -> Result<(), DemoError> {
    let number = i64::from(number);
    for (key, point, desc) in [
        ("welcome", 100, "注册赠送"),
        ("order", 10 * number, "订单奖励"),
        ("coupon", -50, "兑换优惠券"),
    ] {
        let order = Order {
            key: key.parse()?,
            point,
            desc: desc.to_owned(),
            actor: Actor::Import,
        };
        post::post(app, id, &order).await?;
    }
    Ok(())
}
