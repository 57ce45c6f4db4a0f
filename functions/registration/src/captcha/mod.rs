//! Captchas: a few characters in a picture that a person reads and a script has to guess.
//!
//! Issuing one writes nothing: its id is its value and its time, sealed. Answering one is a single
//! conditional write, so it is solved once under any parallelism, by whoever solved it first; a
//! handful of wrong answers close it as well, so that nobody gets through by trying.

pub mod callback;
mod drawing;
pub(crate) mod issue;
pub(crate) mod picture;
mod sealed;

use std::{fmt, sync::Arc};

use shared::{
    app::App,
    base::digest::Digest,
    store::{StoreError, verification::captchas::CaptchaAnswer},
};

use crate::config::Config;
use sealed::{Challenge, Seal};

/// The characters of captchas: of those that look alike (0, O and Q, 1, I and L, 2 and Z, 5 and S,
/// 6 and G, 8 and B, E and F, U and V, P and R, 4 and A, K and X) at most one.
const ALPHABET: &[u8; 16] = b"ACDEHJMNRTWXY379";

/// How many characters a captcha has.
const LENGTH: usize = 5;

/// How long one can be answered, in seconds.
const SECONDS: i64 = 300;

/// Issues captchas, and takes their answers. Cheap to clone.
#[derive(Clone)]
pub struct Captchas {
    app: App,
    seal: Arc<Seal>,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// It is right, and the first that is.
    Solved,
    /// It is not: the client is to show another captcha.
    Wrong(Wrong),
}

/// Why an answer is not taken. No client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There never was such a captcha.
    Unknown,
    /// Its time is over.
    Expired,
    /// It says something else.
    Mistaken,
    /// It has been solved, or answered wrong too often.
    Closed,
}

impl Captchas {
    pub(crate) fn new(app: &App, config: &Config) -> Self {
        Self {
            app: app.clone(),
            seal: Arc::new(Seal::new(&config.captcha_key)),
        }
    }

    /// Redeems a captcha: the answer that solves it does so once. Letters count in either case. One
    /// write for a captcha that can be answered, none for another.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn redeem(&self, id: &str, answer: &str) -> Result<Redeemed, StoreError> {
        self.redeem_by(id, answer, &self.app.random.bytes()).await
    }

    /// Lets a captcha be solved once more that was solved `by` these random bits, for nothing.
    pub(crate) async fn reopen(&self, id: &str, by: &[u8; 16]) -> Result<(), StoreError> {
        let captcha = Digest::of(id.as_bytes());
        self.app
            .store
            .verification()
            .reopen_captcha(&captcha, by)
            .await
    }

    /// Redeems a captcha under random bits of the caller's.
    pub(crate) async fn redeem_by(
        &self,
        id: &str,
        answer: &str,
        by: &[u8; 16],
    ) -> Result<Redeemed, StoreError> {
        let Some(challenge) = self.seal.open(id) else {
            return Ok(Redeemed::Wrong(Wrong::Unknown));
        };
        if challenge.until <= self.app.clock.now() {
            return Ok(Redeemed::Wrong(Wrong::Expired));
        }
        let answer = answer.trim().to_ascii_uppercase();
        // With so few tries, the time that a comparison takes tells nobody anything.
        let right = answer.as_bytes() == challenge.value;
        let answer = CaptchaAnswer {
            captcha: &Digest::of(id.as_bytes()),
            until: challenge.until,
            solved_by: right.then_some(by),
        };
        let open = self
            .app
            .store
            .verification()
            .answer_captcha(&answer)
            .await?;
        Ok(match (open, right) {
            (true, true) => Redeemed::Solved,
            (true, false) => Redeemed::Wrong(Wrong::Mistaken),
            (false, _) => Redeemed::Wrong(Wrong::Closed),
        })
    }

    /// What a captcha says, for a developer and a test: no function has a route to this.
    #[must_use]
    pub fn reveal(&self, id: &str) -> Option<String> {
        let challenge = self.current(id)?;
        String::from_utf8(challenge.value.into()).ok()
    }

    /// A new captcha's id.
    fn issue(&self) -> String {
        let until = self.app.clock.now().plus_seconds(SECONDS);
        let challenge = Challenge::random(&self.app.random, until);
        self.seal.close(&challenge, &self.app.random)
    }

    /// The captcha of an id, unless its time is over.
    fn current(&self, id: &str) -> Option<Challenge> {
        let challenge = self.seal.open(id)?;
        (self.app.clock.now() < challenge.until).then_some(challenge)
    }
}

impl fmt::Debug for Captchas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Captchas")
    }
}
