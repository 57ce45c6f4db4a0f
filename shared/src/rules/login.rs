//! Logging in with a name and a password.

use crate::{
    app::App,
    base::clock::Time,
    domain::{
        client_address::ClientAddress,
        identifier::IdentifierKey,
        member::{Member, MemberId},
        password::{self, Password, Verdict},
    },
    fault::Fault,
    store::{
        StoreError, WriteToken,
        limits::login_attempts::{ACCOUNT_SECONDS, Guess},
        members::{
            Visit,
            identifiers::{Account, LoginRecord},
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
    pub login: IdentifierKey,
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
        attempts_left: usize,
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
    let (account, verdict) = checked?;
    let new = open(account.member, account.generation);
    let address = attempt.address.counted();
    let visit = Visit {
        key: &new.key,
        access: &new.session.access,
        generation: account.generation,
        at: app.clock.now(),
        ip: &attempt.address.text(),
    };
    let (stored, visited, cleared) = tokio::join!(
        app.store.sessions().put_session(&new.key, &new.session),
        app.store.members().record_visit(account.member, visit),
        app.store.limits().clear_guesses(&address, &attempt.login),
    );
    line::log_ignored_error(cleared);
    // Where the password was changed between the two trips, a session stored is of the old
    // generation, and was dead from the start.
    let (true, Some(member)) = (stored?, visited?) else {
        return Err(LoginError::Wrong { attempts_left: 0 });
    };
    if verdict == Verdict::RightButWeak {
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

/// Compares a password with an account's, having counted the guess first. One round trip for the
/// right password, and one read and one write unit; a wrong one costs another trip and write.
///
/// # Errors
/// [`LoginError`]
pub async fn check(app: &App, attempt: &Attempt) -> Result<(Account, Verdict), LoginError> {
    let (store, now) = (&app.store, app.clock.now());
    let (login, address) = (&attempt.login, attempt.address.counted());
    let mark = WriteToken::random(&app.random);
    let (marker, guess) = tokio::join!(
        store.members().marker(login),
        store.limits().count_guess(&address, login, now, mark)
    );
    let counted = matches!(guess, Ok(Guess::Counted(_)));
    let uncount = || {
        store
            .limits()
            .uncount_guess(&address, login, now, mark, counted)
    };
    if guess.is_err() || (counted && marker.is_err()) {
        // Nothing was compared: whoever tries again through an outage is not locked out after it.
        line::log_ignored_error(uncount().await);
    }
    let (marker, counted) = match (marker?, guess?) {
        (_, Guess::TooMany(until)) => return Err(LoginError::TooMany { until }),
        (marker, Guess::Counted(counted)) => (marker, counted),
    };
    let attempts_left = match guarded(&marker, &counted.recent, now) {
        Guarded::No => counted.left(),
        Guarded::LastTry => 0,
        Guarded::Until(until) => {
            line::log_ignored_error(uncount().await);
            return Err(LoginError::TooMany { until });
        }
    };
    let account = marker.account();
    let stored = account.as_ref().map(|account| account.password.clone());
    let verdict = password::verify(attempt.password.clone(), stored).await;
    match (account, verdict.map_err(Fault::from)?) {
        (Some(account), verdict @ (Verdict::Right | Verdict::RightButWeak)) => {
            Ok((account, verdict))
        }
        (_, Verdict::Wrong) | (None, _) => {
            let (recorded, tidied) = tokio::join!(
                store.members().record_failure(login, &marker, now),
                store.limits().tidy_guesses(&address, &counted, now)
            );
            recorded?;
            line::log_ignored_error(tidied);
            Err(LoginError::Wrong { attempts_left })
        }
    }
}

/// What an account on its guard allows an address.
enum Guarded {
    /// It is not on its guard.
    No,
    /// This one try.
    LastTry,
    /// Nothing before this time.
    Until(Time),
}

/// An account that has seen many wrong passwords from everywhere allows each address one try in ten
/// minutes: too few to guess it, and enough for its owner.
fn guarded(marker: &LoginRecord, recent: &[Time], now: Time) -> Guarded {
    let Some(guarded_until) = marker.guarded_until(now) else {
        return Guarded::No;
    };
    match recent.get(1) {
        None => Guarded::LastTry,
        Some(earlier) => Guarded::Until(guarded_until.min(earlier.plus_seconds(ACCOUNT_SECONDS))),
    }
}
