//! Verification codes: made, digested, compared.

use std::fmt;

use shared::{
    app::App,
    base::{clock::Time, digest::Digest, random::Random, secret_key::SecretKey},
    domain::{client_address::ClientAddress, identifier::Mobile, text},
    http::{envelope, error::ApiError, params::Params},
    store::{
        StoreError, WriteToken,
        limits::fixed_window::Hourly,
        verification::codes::{Purpose, RightCode, Tried},
    },
    telemetry::line,
    wire::youhaosuda::Field,
};

use crate::state::Registration;

/// Clients show a message with `验证码` at this field.
pub(crate) const VERIFY_CODE: Field = Field::new("verify_code", "验证码");

/// How codes look, and how often each may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeFormat {
    digits: u32,
    tries: u32,
}

impl CodeFormat {
    /// Codes of so many digits, 4 to 8. A short one may be tried less often.
    #[must_use]
    pub const fn with_digits(digits: u32) -> Self {
        let tries = if digits <= 4 { 3 } else { 5 };
        Self { digits, tries }
    }

    /// How often a code may be tried.
    #[must_use]
    pub const fn tries(self) -> u32 {
        self.tries
    }
}

/// A code of digits.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code(String);

impl Code {
    /// Draws a code; each is as likely as any other.
    pub(crate) fn random(random: &Random, format: CodeFormat) -> Self {
        let codes = 10_u32.pow(format.digits);
        // The numbers past the last whole round would make some codes likelier.
        let even = u32::MAX - u32::MAX % codes;
        loop {
            let number = u32::from_be_bytes(random.bytes());
            if number < even {
                let width = format.digits as usize;
                return Self(format!("{:0width$}", number % codes));
            }
        }
    }

    pub(crate) fn read(params: &Params, format: CodeFormat) -> Result<Self, ApiError> {
        let text = VERIFY_CODE.required(params)?;
        let digits = format.digits;
        Self::parse(text, format).ok_or_else(|| VERIFY_CODE.refusal(&format!("须为{digits}位数字")))
    }

    /// Reads a code that was typed with spaces or full-width digits too.
    fn parse(text: &str, format: CodeFormat) -> Option<Self> {
        let code = text::compact(text);
        let is_code =
            code.len() == format.digits as usize && code.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then_some(Self(code))
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
    /// The address has tried too many wrong codes.
    #[error("too many wrong codes")]
    TooManyWrong {
        /// When the next is welcome.
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
            Self::TooManyWrong { until } => {
                let seconds = envelope::duration(now.seconds_until(until));
                let message = format!("验证码错误次数过多，请在{seconds}后再试");
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

/// Counts a wrong code of the address before any code is tried, and gives the time of that. A right
/// one is taken back by [`uncount_wrong_code`](shared::rules::register::uncount_wrong_code). So an address with too many wrong codes uses up no other
/// mobile's tries. One write unit.
pub(crate) async fn count_wrong(app: &App, address: ClientAddress) -> Result<Time, CodeError> {
    let now = app.clock.now();
    let token = WriteToken::random(&app.random);
    let limits = app.store.limits();
    let refused = limits
        .count_hourly(&address.counted(), &[Hourly::WrongCodes], now, token)
        .await?;
    match refused {
        Some(until) => Err(CodeError::TooManyWrong { until }),
        None => Ok(now),
    }
}

/// Compares a code with the mobile's, having counted the try first, and gives the digest of the
/// right one. One round trip, one write unit.
pub(crate) async fn check(
    registration: &Registration,
    address: ClientAddress,
    mobile: &Mobile,
    purpose: Purpose,
    code: &Code,
) -> Result<Digest, CodeError> {
    let App { store, clock, .. } = &registration.app;
    let presented = code.digest(&registration.config.code_key, mobile, purpose);
    let token = WriteToken::random(&registration.app.random);
    match store
        .verification()
        .try_code(mobile, purpose, &address.counted(), clock.now(), token)
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
    let given_back = registration
        .app
        .store
        .verification()
        .give_back_try(code)
        .await;
    line::log_ignored_error(given_back);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIX: CodeFormat = CodeFormat::with_digits(6);

    #[test]
    fn a_code_has_as_many_digits_as_its_format_says() {
        let random = Random::seeded(1);
        for digits in 4..=8 {
            let format = CodeFormat::with_digits(digits);
            for _ in 0..100 {
                let code = Code::random(&random, format);
                assert!(Code::parse(code.as_str(), format).is_some());
            }
        }
        for typed in [" 123 456 ", "１２３４５６", "1\u{200b}23456\u{202c}"] {
            let code = Code::parse(typed, SIX);
            assert_eq!(code.unwrap().as_str(), "123456", "{typed:?}");
        }
        for bad in ["", "12345", "1234567", "12345a", "一二三四五六", "12-34-56"] {
            assert!(Code::parse(bad, SIX).is_none(), "{bad}");
        }
        assert_eq!(
            [4, 6].map(|digits| CodeFormat::with_digits(digits).tries()),
            [3, 5]
        );
    }

    #[test]
    fn every_first_digit_is_drawn_as_often() {
        let random = Random::seeded(2);
        let mut counts = [0; 10];
        for _ in 0..10_000 {
            counts[usize::from(Code::random(&random, SIX).0.as_bytes()[0] - b'0')] += 1;
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
        let code = Code::parse("012345", SIX).unwrap();
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
