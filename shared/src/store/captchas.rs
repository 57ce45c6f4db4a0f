//! Captchas that were answered; issuing one writes nothing. `captcha#<digest of its id>` / `captcha`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `solved` | B | who solved it: random bits of theirs |
//! | `wrong` | N | how many answers were wrong |
//! | `expires_at` | N | TTL |

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    Key, Store, StoreError, b,
    change::{Change, Changed},
    n,
};
use crate::{clock::Time, digest::Digest};

/// How many wrong answers a captcha takes. Enough for a person who mistypes; a script that tries
/// all answers at once gets no further either, for the count and the solution are one item.
pub const WRONG_ANSWERS: u32 = 5;

/// An answer to a captcha.
#[derive(Clone, Copy, Debug)]
pub struct CaptchaAnswer<'a> {
    /// The digest of the captcha's id.
    pub captcha: &'a Digest,
    /// Until when the captcha can be answered: nobody asks for the item later.
    pub until: Time,
    /// Random bits of who gives the answer, if it is right: their write can be repeated.
    pub solved_by: Option<&'a [u8]>,
}

impl Key {
    fn captcha(digest: &Digest) -> Self {
        let digest = BASE64_URL_SAFE_NO_PAD.encode(digest.as_bytes());
        Self::new(format!("captcha#{digest}"), "captcha")
    }
}

impl CaptchaAnswer<'_> {
    fn change(&self) -> Change {
        let update = match self.solved_by {
            Some(_) => "SET #solved = :by, #expires_at = :expires_at",
            None => "SET #wrong = if_not_exists(#wrong, :none) + :one, #expires_at = :expires_at",
        };
        let open = "attribute_not_exists(#solved) \
                    AND (attribute_not_exists(#wrong) OR #wrong < :most)";
        let key = Key::captcha(self.captcha);
        let change = match self.solved_by {
            Some(by) => {
                Change::new(key, update, format!("#solved = :by OR ({open})")).value(":by", b(by))
            }
            None => Change::new(key, update, open)
                .value(":none", n(0))
                .value(":one", n(1)),
        };
        change
            .value(":most", n(WRONG_ANSWERS))
            .value(":expires_at", n(self.until.seconds()))
    }
}

impl Store {
    /// Counts an answer to a captcha, and tells whether it still could be answered: for a right one
    /// that nobody had solved it before. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn answer_captcha(&self, answer: &CaptchaAnswer<'_>) -> Result<bool, StoreError> {
        match self.change(answer.change()).await? {
            Changed::Done(_) => Ok(true),
            Changed::Unmet(_) => Ok(false),
        }
    }

    /// Lets a captcha be solved once more, unless it was `by` others that solved it. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reopen_captcha(&self, captcha: &Digest, by: &[u8]) -> Result<(), StoreError> {
        // Whether it was ever answered wrong is still to be read of the item.
        let update = "REMOVE #solved SET #wrong = if_not_exists(#wrong, :none)";
        let change = Change::new(Key::captcha(captcha), update, "#solved = :by");
        self.change_if(change.value(":by", b(by)).value(":none", n(0)))
            .await
    }
}
