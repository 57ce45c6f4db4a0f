//! Logging in with a name and a password.

use crate::{
    app::App,
    client::ClientAddress,
    clock::Time,
    error::{ApiError, Fault},
    journal::{self, note},
    member::{Member, MemberId},
    names::LoginKey,
    password::{self, Password, Verdict},
    store::{
        Mark, StoreError,
        guesses::{ACCOUNT_SECONDS, Guess},
        logins::{Account, Marker},
        members::Visit,
    },
};

use super::session::NewSession;

/// Who tries to log in, with what.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// From where.
    pub address: ClientAddress,
    /// As whom.
    pub login: LoginKey,
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

impl LoginError {
    /// The refusal for a client: `wrong` is its family's sentence for wrong credentials.
    #[must_use]
    pub fn refusal(self, now: Time, wrong: &'static str) -> ApiError {
        match self {
            Self::Wrong { attempts_left } => {
                ApiError::refused(wrong).with_attempts_left(attempts_left)
            }
            Self::TooMany { until } => ApiError::too_many(now, until),
            Self::Fault(fault) => fault.into(),
        }
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
    note(|notes| notes.login = outcome(&checked));
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
        app.store.put_session(&new.key, &new.session),
        app.store.record_visit(account.member, visit),
        app.store.clear_guesses(&address, &attempt.login),
    );
    journal::can_wait(cleared);
    // Where the password was changed between the two trips, a session stored is of the old
    // generation, and was dead from the start.
    let (true, Some(member)) = (stored?, visited?) else {
        return Err(LoginError::Wrong { attempts_left: 0 });
    };
    if verdict == Verdict::RightButWeak {
        journal::can_wait(strengthen(app, &member, attempt.password).await);
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
        .renew_password(member, stronger, None, app.clock.now())
        .await?;
    Ok(())
}

/// What the log is told of a comparison, if there was one.
const fn outcome<T>(checked: &Result<T, LoginError>) -> Option<&'static str> {
    match checked {
        Ok(_) => Some(journal::GOOD),
        Err(LoginError::Wrong { .. }) => Some(journal::BAD),
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
    let mark = Mark::random(&app.random);
    let (marker, guess) = tokio::join!(
        store.marker(login),
        store.count_guess(&address, login, now, mark)
    );
    let counted = matches!(guess, Ok(Guess::Counted(_)));
    let uncount = || store.uncount_guess(&address, login, now, mark, counted);
    if guess.is_err() || (counted && marker.is_err()) {
        // Nothing was compared: whoever tries again through an outage is not locked out after it.
        journal::can_wait(uncount().await);
    }
    let (marker, counted) = match (marker?, guess?) {
        (_, Guess::TooMany(until)) => return Err(LoginError::TooMany { until }),
        (marker, Guess::Counted(counted)) => (marker, counted),
    };
    let attempts_left = match guarded(&marker, &counted.recent, now) {
        Guarded::No => counted.left(),
        Guarded::LastTry => 0,
        Guarded::Until(until) => {
            journal::can_wait(uncount().await);
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
                store.record_failure(login, &marker, now),
                store.tidy_guesses(&address, &counted, now)
            );
            recorded?;
            journal::can_wait(tidied);
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
fn guarded(marker: &Marker, recent: &[Time], now: Time) -> Guarded {
    let Some(guarded_until) = marker.guarded_until(now) else {
        return Guarded::No;
    };
    match recent.get(1) {
        None => Guarded::LastTry,
        Some(earlier) => Guarded::Until(guarded_until.min(earlier.plus_seconds(ACCOUNT_SECONDS))),
    }
}
