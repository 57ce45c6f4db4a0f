//! Logging in with a name and a password.

use crate::{
    app::App,
    base::clock::Time,
    domain::{
        client_address::ClientAddress,
        identifier::IdentifierKey,
        member::{Member, MemberId},
        password::{self, HashError, Password, Verdict},
    },
    fault::Fault,
    store::{
        StoreError, WriteToken,
        limits::login_attempts::{Attempted, LoginAttempt, PER_ACCOUNT, WINDOW},
        members::{
            Visit,
            identifiers::{Account, Lockout, LoginRecord},
        },
    },
    telemetry::line,
};

use crate::rules::session::NewSession;

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

/// A member who has just logged in.
pub struct LoggedIn<T> {
    /// The member, this visit counted.
    pub member: Member,
    /// What the client gets.
    pub tokens: T,
}

/// A password that was right.
#[derive(Debug)]
pub struct RightPassword {
    /// Whose.
    pub account: Account,
    /// Whether its hash is to be replaced.
    verdict: Verdict,
    /// When the attempt was counted, and as what.
    counted_at: Time,
    token: WriteToken,
}

/// Logs a member in: checks the password, then stores the session that `open` makes and counts the
/// visit. Two round trips; one read unit, four write units.
///
/// # Errors
/// [`LoginError`]
pub async fn login<T>(
    app: &App,
    attempt: Attempt,
    open: impl FnOnce(MemberId, u64) -> NewSession<T>,
) -> Result<LoggedIn<T>, LoginError> {
    let checked = check(app, &attempt).await;
    line::annotate(|notes| notes.login = outcome(&checked));
    let right = checked?;
    let account = &right.account;
    let new = open(account.member, account.generation);
    let visit = Visit {
        key: &new.key,
        access: &new.session.access,
        generation: account.generation,
        at: app.clock.now(),
        ip: &attempt.address.text(),
    };
    let network = attempt.address.network();
    let members = app.store.members();
    let (stored, visited, ()) = tokio::join!(
        app.store.sessions().put_session(&new.key, &new.session),
        members.record_login(account.member, visit, &network),
        clear_attempts(app, &attempt, &right),
    );
    // Where the password was changed between the two trips, a session stored is of the old
    // generation, and was dead from the start.
    let (true, Some(member)) = (stored?, visited?) else {
        return Err(LoginError::Wrong { attempts_left: 0 });
    };
    line::log_ignored_error(members.forget_old_networks(&member).await);
    if right.verdict == Verdict::RightButWeak {
        line::log_ignored_error(strengthen(app, &member, attempt.password).await);
    }
    let tokens = new.tokens;
    Ok(LoggedIn { member, tokens })
}

/// Replaces a weak hash of a password that was right.
async fn strengthen(app: &App, member: &Member, password: Password) -> Result<(), Fault> {
    let stronger = password::hash(password, &app.random).await?;
    // Where the password has been changed meanwhile, its new hash is a strong one.
    let _renewed = app
        .store
        .members()
        .renew_password(member, stronger, None, app.clock.now())
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
        let stored = account.as_ref().map(|account| account.password.clone());
        let verdict = password::verify(attempt.password.clone(), stored).await?;
        Ok((record, account, verdict, attempts_left))
    };
    match compared.await {
        Ok((_, Some(account), verdict @ (Verdict::Right | Verdict::RightButWeak), _)) => {
            Ok(RightPassword {
                account,
                verdict,
                counted_at: now,
                token,
            })
        }
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
        let network = attempt.address.network();
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
