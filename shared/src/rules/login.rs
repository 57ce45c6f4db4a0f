//! Logging in with a name and a password.

use crate::{
    app::App,
    base::clock::Time,
    domain::{
        actor::Actor,
        client::Client,
        client_address::ClientAddress,
        identifier::IdentifierKey,
        member::{Member, Status},
        password::{self, HashError, Password, Verdict},
    },
    fault::Fault,
    store::{
        StoreError, WriteToken,
        limits::login_attempts::{Attempted, LoginAttempt, PER_ACCOUNT, WINDOW},
        members::identifiers::{Account, Lockout, LoginRecord},
    },
    telemetry::line,
};

use crate::rules::{
    caller::UnverifiedToken,
    session::{self, Kind, LoggedIn, Opened, ProvenMember},
};

/// How often a session is opened at most while an operator ends all sessions of its member.
const OPENING_TRIES: usize = 2;

/// Who tries to log in, with what.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// From where.
    pub address: ClientAddress,
    /// As whom.
    pub identifier: IdentifierKey,
    /// With what.
    pub password: Password,
}

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// No such account, or another password: the two are not told apart.
    #[error("wrong account or password")]
    Wrong {
        /// How many more wrong ones this address may try.
        attempts_left: u32,
    },
    /// Too many wrong passwords before this one, which was not compared.
    #[error("too many wrong passwords")]
    TooMany {
        /// When the next is welcome.
        until: Time,
    },
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for LoginError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// A password that was right.
#[derive(Debug)]
pub struct RightPassword {
    /// Whose.
    pub account: Account,
    /// Whether its hash is to be replaced.
    verdict: Verdict,
    /// How many wrong ones the address may still try.
    attempts_left: u32,
    /// When the attempt was counted, and as what.
    counted_at: Time,
    token: WriteToken,
}

impl RightPassword {
    /// The member, who has shown who they are.
    #[must_use]
    pub const fn member(&self) -> ProvenMember {
        ProvenMember {
            id: self.account.member,
            generation: self.account.generation,
        }
    }
}

/// Logs a member in: checks the password, then opens a session. Two round trips; one read unit, four
/// write units, one more where the session is replaced whose token the browser brings.
///
/// # Errors
/// [`LoginError`]
pub async fn login<K: Kind>(
    app: &App,
    attempt: Attempt,
    kind: K,
    client: &Client,
    brought: &[UnverifiedToken],
) -> Result<LoggedIn<K::Tokens>, LoginError> {
    let checked = check(app, &attempt).await;
    line::annotate(|notes| notes.login = outcome(&checked));
    let right = checked?;
    let (opened, ()) = tokio::join!(
        open(app, &attempt.identifier, &right, kind, client, brought),
        clear_attempts(app, &attempt, &right),
    );
    let attempts_left = right.attempts_left;
    let new = opened?.ok_or(LoginError::Wrong { attempts_left })?;
    if right.verdict == Verdict::RightButWeak {
        line::log_ignored_error(strengthen(app, &new.member, attempt.password).await);
    }
    Ok(new)
}

/// Opens a session for a password that was right; `None` where it has been changed meanwhile.
async fn open<K: Kind>(
    app: &App,
    identifier: &IdentifierKey,
    right: &RightPassword,
    kind: K,
    client: &Client,
    brought: &[UnverifiedToken],
) -> Result<Option<LoggedIn<K::Tokens>>, StoreError> {
    let mut proven = right.member();
    for _ in 0..OPENING_TRIES {
        match session::open(app, proven, kind, client, brought).await? {
            Opened::Done(new) => return Ok(Some(*new)),
            // Every session was ended, and the password is the same: an operator raised the
            // generation by hand, on the member alone.
            Opened::Ended(member)
                if member.status == Status::Active && member.password == right.account.password =>
            {
                proven.generation = member.generation;
                let healed = app.store.members().heal_login_record(identifier, &member);
                healed.await?;
            }
            // The password was changed between the two trips: it is another by now. A session that
            // was stored is of the old generation, and was dead from the start.
            Opened::Ended(_) | Opened::Overtaken => return Ok(None),
        }
    }
    Ok(None)
}

/// Replaces a weak hash of a password that was right.
async fn strengthen(app: &App, member: &Member, password: Password) -> Result<(), Fault> {
    let stronger = password::hash(password, &app.random).await?;
    // Where the password has been changed meanwhile, its new hash is a strong one.
    let _renewed = app
        .store
        .members()
        .renew_password(member, stronger, None, &Actor::Member, app.clock.now())
        .await?;
    Ok(())
}

/// What the log is told of a comparison, if there was one.
const fn outcome<T>(checked: &Result<T, LoginError>) -> Option<&'static str> {
    match checked {
        Ok(_) => Some(line::GOOD),
        Err(LoginError::Wrong { .. }) => Some(line::BAD),
        Err(LoginError::TooMany { .. } | LoginError::Fault(_)) => None,
    }
}

/// Forgets the attempts of the address at the account, for the password was right. A fault is logged:
/// the attempts are forgotten after their window in any case.
pub async fn clear_attempts(app: &App, attempt: &Attempt, right: &RightPassword) {
    let counted = LoginAttempt {
        address: &attempt.address.counted(),
        identifier: &attempt.identifier,
        at: right.counted_at,
        token: right.token,
    };
    line::log_ignored_error(app.store.limits().clear_attempts(&counted).await);
}

/// Compares a password with an account's, having counted the attempt first. One round trip for the
/// right password, and one read and one write unit. A wrong one costs another trip and write. An
/// account that is locked out to unknown networks costs another trip and read.
///
/// # Errors
/// [`LoginError`]
pub async fn check(app: &App, attempt: &Attempt) -> Result<RightPassword, LoginError> {
    let (store, now) = (&app.store, app.clock.now());
    let token = WriteToken::random(&app.random);
    let counted = LoginAttempt {
        address: &attempt.address.counted(),
        identifier: &attempt.identifier,
        at: now,
        token,
    };
    let (record, attempted) = tokio::join!(
        store.members().login_record(&attempt.identifier),
        store.limits().count_attempt(&counted)
    );
    let was_counted = matches!(attempted, Ok(Attempted::Counted(_)));
    let compared = async {
        let attempts = match attempted? {
            Attempted::Counted(attempts) => attempts,
            Attempted::TooMany(until) => return Err(Uncompared::TooMany(until)),
        };
        let record = record?;
        let attempts_left = admit(app, attempt, &record, attempts, now).await?;
        let account = record.account();
        let stored = account
            .as_ref()
            .and_then(|account| account.password.clone());
        let verdict = password::verify(attempt.password.clone(), stored).await?;
        if let Some(account) = &account {
            app.note_member(account.member);
        }
        Ok((record, account, verdict, attempts_left))
    };
    match compared.await {
        Ok((
            _,
            Some(account),
            verdict @ (Verdict::Right | Verdict::RightButWeak),
            attempts_left,
        )) => Ok(RightPassword {
            account,
            verdict,
            attempts_left,
            counted_at: now,
            token,
        }),
        Ok((record, _, _, attempts_left)) => {
            store
                .members()
                .record_failure(&attempt.identifier, &record, now, token)
                .await?;
            Err(LoginError::Wrong { attempts_left })
        }
        Err(uncompared) => {
            // Whoever tries again through an outage or a lockout is not kept out after it.
            let may_be_counted = was_counted || matches!(uncompared, Uncompared::Fault(_));
            if may_be_counted {
                let uncounted = store.limits().uncount_attempt(&counted, was_counted).await;
                line::log_ignored_error(uncounted);
            }
            Err(match uncompared {
                Uncompared::TooMany(until) => LoginError::TooMany { until },
                Uncompared::Fault(fault) => LoginError::Fault(fault),
            })
        }
    }
}

/// Why a password was not compared.
enum Uncompared {
    /// There were too many wrong ones; the next is welcome at this time.
    TooMany(Time),
    /// A fault of ours.
    Fault(Fault),
}

impl From<StoreError> for Uncompared {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<HashError> for Uncompared {
    fn from(error: HashError) -> Self {
        Self::Fault(error.into())
    }
}

/// Lets an attempt pass, if the account is not locked out for it, and says how many more wrong ones
/// the address may try.
///
/// An account that has seen many wrong passwords allows each address one try in ten minutes: few
/// enough that guessing is slow, and enough for its owner. Once there were so many that a botnet must
/// be at work, it allows only networks that its member has logged in from. An identifier that no
/// member has is treated alike.
async fn admit(
    app: &App,
    attempt: &Attempt,
    record: &LoginRecord,
    attempts: u32,
    now: Time,
) -> Result<u32, Uncompared> {
    let lockout = record.lockout(now);
    if lockout == Lockout::KnownNetworks {
        let member = record.account().map(|account| account.member);
        let network = attempt.address.network().to_string();
        let members = app.store.members();
        let known = members.knows_network(member, &attempt.identifier, &network);
        if !known.await? {
            let tomorrow = now.midnight().plus_seconds(86_400);
            return Err(Uncompared::TooMany(tomorrow));
        }
    }
    match (lockout, attempts) {
        (Lockout::None, _) => Ok(PER_ACCOUNT.saturating_sub(attempts)),
        (Lockout::SingleTry | Lockout::KnownNetworks, 0..=1) => Ok(0),
        (Lockout::SingleTry | Lockout::KnownNetworks, _) => {
            Err(Uncompared::TooMany(WINDOW.end(now)))
        }
    }
}
