//! Captchas that were answered; issuing one writes nothing. `captcha#<digest of its id>` / `captcha`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `solved` | B | who solved it: random bits of theirs |
//! | `wrong` | N | how many answers were wrong |
//! | `expires_at` | N | TTL |

use super::Verification;
use crate::base::{clock::Time, digest::Digest};
use crate::store::{
    StoreError,
    dynamodb::{
        item::{b, n},
        update::{ConditionalUpdate, Updated},
    },
    key::Key,
};

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

impl CaptchaAnswer<'_> {
    fn change(&self) -> ConditionalUpdate {
        let update = match self.solved_by {
            Some(_) => "SET #solved = :by, #expires_at = :expires_at",
            None => "SET #wrong = if_not_exists(#wrong, :none) + :one, #expires_at = :expires_at",
        };
        let open = "attribute_not_exists(#solved) \
                    AND (attribute_not_exists(#wrong) OR #wrong < :most)";
        let key = Key::captcha(self.captcha);
        let change = match self.solved_by {
            Some(by) => ConditionalUpdate::new(key, update, format!("#solved = :by OR ({open})"))
                .value(":by", b(by)),
            None => ConditionalUpdate::new(key, update, open)
                .value(":none", n(0))
                .value(":one", n(1)),
        };
        change
            .value(":most", n(WRONG_ANSWERS))
            .value(":expires_at", n(self.until.seconds()))
    }
}

impl Verification<'_> {
    /// Counts an answer to a captcha, and tells whether it still could be answered: for a right one
    /// that nobody had solved it before. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn answer_captcha(self, answer: &CaptchaAnswer<'_>) -> Result<bool, StoreError> {
        match self.0.update(answer.change()).await? {
            Updated::Done(_) => Ok(true),
            Updated::ConditionFailed(_) => Ok(false),
        }
    }

    /// Lets a captcha be solved once more, unless it was `by` others that solved it. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reopen_captcha(self, captcha: &Digest, by: &[u8]) -> Result<(), StoreError> {
        // Whether it was ever answered wrong is still to be read of the item.
        let update = "REMOVE #solved SET #wrong = if_not_exists(#wrong, :none)";
        let change = ConditionalUpdate::new(Key::captcha(captcha), update, "#solved = :by");
        self.0
            .update_if(change.value(":by", b(by)).value(":none", n(0)))
            .await
    }
}
