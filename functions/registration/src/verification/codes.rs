//! Verification codes: made, digested, compared.

use std::{fmt, str::FromStr};

use shared::{
    app::App,
    base::{clock::Time, digest::Digest, random::Random, secret_key::SecretKey},
    domain::identifier::Mobile,
    http::{error::ApiError, params::Params},
    store::{
        StoreError, WriteToken,
        verification::codes::{Purpose, RightCode, Tried},
    },
    telemetry::line,
    wire::youhaosuda::Field,
};

use crate::state::Registration;

/// Clients show a message with `验证码` at this field.
pub(crate) const VERIFY_CODE: Field = Field::new("verify_code", "验证码");

const DIGITS: usize = 6;
const CODES: u32 = 1_000_000;

/// Six digits.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code(String);

impl Code {
    /// Draws a code; each is as likely as any other.
    pub(crate) fn random(random: &Random) -> Self {
        // The numbers past the last whole million would make some codes likelier.
        const EVEN: u32 = u32::MAX - u32::MAX % CODES;
        loop {
            let number = u32::from_be_bytes(random.bytes());
            if number < EVEN {
                return Self(format!("{:0DIGITS$}", number % CODES));
            }
        }
    }

    pub(crate) fn read(params: &Params) -> Result<Self, ApiError> {
        let text = VERIFY_CODE.required(params)?.trim();
        text.parse()
            .map_err(|InvalidCode| VERIFY_CODE.refusal("须为6位数字"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of it. The mobile and the purpose are part of it, so that it is no other's.
    pub(crate) fn digest(&self, key: &SecretKey, mobile: &Mobile, purpose: Purpose) -> Digest {
        let parts = [purpose.attribute(), mobile.as_str(), self.as_str()];
        Digest::keyed(key, parts.join("\n").as_bytes())
    }
}

/// Not six digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InvalidCode;

impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let good = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        good.then(|| Self(text.to_owned())).ok_or(InvalidCode)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// Why a code shows nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    /// Another code.
    #[error("wrong code")]
    Wrong {
        /// How many more tries there are.
        attempts_left: u32,
    },
    /// There is none, or none any more.
    #[error("no code")]
    Gone,
    /// It has been tried too often, and was not compared.
    #[error("too many tries")]
    TooOften {
        /// When a new one is to be had.
        until: Time,
    },
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CodeError {
    pub(crate) fn refusal(self, now: Time) -> ApiError {
        match self {
            Self::Wrong { attempts_left } => {
                let attempts_left = usize::try_from(attempts_left).unwrap_or_default();
                let refusal = VERIFY_CODE.refusal("不正确");
                refusal.with_attempts_left(attempts_left)
            }
            Self::Gone => gone(),
            Self::TooOften { until } => {
                let message = "验证码错误次数过多，请重新获取";
                ApiError::too_many(now, until).saying(message)
            }
            Self::Store(error) => error.into(),
        }
    }
}

/// Refuses a code that is used up, replaced or over.
pub(crate) fn gone() -> ApiError {
    VERIFY_CODE.refusal("已失效，请重新获取")
}

/// Compares a code with the mobile's, having counted the try first, and gives the digest of the
/// right one. One round trip, one write unit.
pub(crate) async fn check(
    registration: &Registration,
    mobile: &Mobile,
    purpose: Purpose,
    code: &Code,
) -> Result<Digest, CodeError> {
    let App { store, clock, .. } = &registration.app;
    let presented = code.digest(&registration.config.code_key, mobile, purpose);
    let mark = WriteToken::random(&registration.app.random);
    match store
        .verification()
        .try_code(mobile, purpose, clock.now(), mark)
        .await?
    {
        Tried::Counted(stored, _) if stored == presented => Ok(stored),
        Tried::Counted(_, attempts_left) => Err(CodeError::Wrong { attempts_left }),
        Tried::NoCode => Err(CodeError::Gone),
        Tried::TooOften(until) => Err(CodeError::TooOften { until }),
    }
}

/// Keeps a right code that could not be used: its try is given back.
pub(crate) async fn keep(registration: &Registration, code: &RightCode<'_>) {
    line::log_ignored_error(
        registration
            .app
            .store
            .verification()
            .give_back_try(code)
            .await,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits() {
        let random = Random::seeded(1);
        for _ in 0..1000 {
            let code = Code::random(&random);
            assert!(code.as_str().parse::<Code>().is_ok());
        }
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert!(bad.parse::<Code>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_first_digit_is_drawn_as_often() {
        let random = Random::seeded(2);
        let mut counts = [0; 10];
        for _ in 0..10_000 {
            counts[usize::from(Code::random(&random).0.as_bytes()[0] - b'0')] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_code_is_bound_to_its_mobile_and_purpose() {
        let key = |byte: &str| byte.repeat(32).parse::<SecretKey>().unwrap();
        let (key, another) = (key("0a"), key("0b"));
        let code: Code = "012345".parse().unwrap();
        let mobile = |text: &str| text.parse::<Mobile>().unwrap();
        let digest = |key, number, purpose| code.digest(key, &mobile(number), purpose);
        let this = digest(&key, "13800138000", Purpose::Registration);
        assert_eq!(this, digest(&key, "13800138000", Purpose::Registration));
        for other in [
            digest(&key, "13800138001", Purpose::Registration),
            digest(&key, "13800138000", Purpose::Reset),
            digest(&another, "13800138000", Purpose::Registration),
        ] {
            assert_ne!(this, other);
        }
    }
}
