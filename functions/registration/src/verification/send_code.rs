//! Sending a code, within what may be spent. The message is counted before the provider is asked, in
//! one transaction. Only where the provider refuses it, it is taken back; where the provider does not
//! answer, and where all ends in between, it stays counted.
//!
//! No message is paid for that could not be used: none to a registered mobile for registering, none to
//! another for a reset. That tells who is registered, so every answer that depends on it is counted as
//! a lookup of the address, as those of `check_regist_mobile` are.

use shared::{
    app::App,
    base::clock::Time,
    domain::{client_address::ClientAddress, identifier::Mobile},
    http::{envelope, error::ApiError},
    store::{
        StoreError, WriteToken,
        limits::sms_daily_cap::DailyCap,
        members::identifiers::LoginRecord,
        verification::{
            codes::{NewCode, Purpose},
            sms::{Counted, CountedSms, NewSms},
        },
    },
    telemetry::line,
};

use crate::{
    config::CaptchaPolicy,
    delivery::provider::{Failure, Outcome},
    state::Registration,
    verification::{
        codes::Code,
        mobile::{self, MOBILE},
    },
};

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// A captcha has to be solved first.
    #[error("a captcha is needed")]
    CaptchaNeeded,
    /// The captcha is not solved by that: the client shows another.
    #[error("a wrong captcha")]
    WrongCaptcha,
    /// A member has the mobile, and the code would be for registering.
    #[error("the mobile is registered")]
    Registered,
    /// No member has the mobile, and the code would be for a reset.
    #[error("the mobile is not registered")]
    Unregistered,
    /// The address has looked up too many mobiles.
    #[error("too many lookups")]
    TooManyLookups {
        /// When the next is welcome.
        until: Time,
    },
    /// The mobile was sent too many.
    #[error("too many messages for the mobile")]
    TooManyForMobile {
        /// When the next is welcome.
        until: Time,
    },
    /// The address asked for too many.
    #[error("too many messages for the address")]
    TooManyForAddress {
        /// When the next is welcome.
        until: Time,
    },
    /// The whole service has sent what it may in a day.
    #[error("the daily cap is reached")]
    CapReached,
    /// Others wrote the same items at the same time, again and again.
    #[error("too many at once")]
    Busy,
    /// The provider refused it.
    #[error("the provider refused")]
    Refused(#[source] Failure),
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SendError {
    pub(crate) fn refusal(self, now: Time) -> ApiError {
        let wait = |what: &str, until| {
            let seconds = envelope::duration(now.seconds_until(until));
            ApiError::too_many(now, until).saying(format!("{what}，请在{seconds}后再试"))
        };
        match self {
            Self::CaptchaNeeded => ApiError::captcha_needed(),
            // No form has a field of its own for it, so no field's word is in the message.
            Self::WrongCaptcha => {
                ApiError::captcha_needed().saying("图片中的字符不正确，请重新输入")
            }
            Self::Registered => mobile::registered(MOBILE),
            Self::Unregistered => mobile::unregistered(MOBILE),
            Self::TooManyLookups { until } => ApiError::too_many(now, until),
            Self::TooManyForMobile { until } => wait("该手机号获取短信过于频繁", until),
            Self::TooManyForAddress { until } => wait("获取短信过于频繁", until),
            Self::CapReached => {
                let tomorrow = now.midnight().plus_seconds(86_400);
                wait("今日短信发送量已达上限", tomorrow)
            }
            Self::Busy => ApiError::too_many(now, now.plus_seconds(1)),
            Self::Refused(_) => ApiError::refused("短信发送失败，请稍后再试"),
            Self::Store(error) => error.into(),
        }
    }

    /// Whether a captcha that was solved for the message can be used once more.
    pub(crate) const fn leaves_captcha(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Store(_) | Self::Busy => true,
            Self::CaptchaNeeded
            | Self::WrongCaptcha
            | Self::Registered
            | Self::Unregistered
            | Self::TooManyLookups { .. }
            | Self::TooManyForMobile { .. }
            | Self::TooManyForAddress { .. }
            | Self::CapReached => false,
        }
    }
}

/// Sends `mobile` a new code, which voids the earlier one of that purpose. `record` is the mobile's
/// login record, and `solved` tells that a captcha was solved. One round trip and six write units,
/// then the provider; a refusal costs one write unit.
pub(crate) async fn send_code(
    registration: &Registration,
    address: ClientAddress,
    mobile: &Mobile,
    purpose: Purpose,
    record: &LoginRecord,
    solved: bool,
) -> Result<(), SendError> {
    let Registration { app, config, .. } = registration;
    let address = address.counted();
    match (purpose, record.account()) {
        (Purpose::Registration, Some(_)) => {
            return Err(refuse(app, &address, SendError::Registered).await);
        }
        (Purpose::Reset, None) => {
            return Err(refuse(app, &address, SendError::Unregistered).await);
        }
        (Purpose::Registration, None) | (Purpose::Reset, Some(_)) => {}
    }
    let code = Code::random(&app.random, config.code_format);
    let now = app.clock.now();
    let sms = NewSms {
        code: NewCode {
            mobile,
            purpose,
            digest: &code.digest(&config.code_key, mobile, purpose),
            tries: config.code_format.tries(),
            until: now.plus_seconds(config.code_seconds),
        },
        address: &address,
        cap: DailyCap {
            per_day: config.per_day,
            registers: purpose == Purpose::Registration,
            without_captcha: None,
        },
        now,
        first_in_the_hour: config.captcha == CaptchaPolicy::Adaptive && !solved,
    };
    let counted = count(registration, &sms).await?;
    let text = config
        .template
        .fill(code.as_str(), config.code_seconds / 60);
    let outcome = registration.sms.send(mobile, text).await;
    line::annotate(|notes| notes.provider = outcome.problem());
    match outcome {
        Outcome::Sent | Outcome::Unknown(_) => Ok(()),
        Outcome::Refused(failure) => {
            let taken_back = app.store.verification().take_back_sms(&sms, counted).await;
            line::log_ignored_error(taken_back);
            Err(SendError::Refused(failure))
        }
    }
}

/// Counts a message, unless there were too many.
async fn count(registration: &Registration, sms: &NewSms<'_>) -> Result<CountedSms, SendError> {
    let app = &registration.app;
    let draw = u32::from_be_bytes(app.random.bytes());
    // Nobody closes the semaphore, so each request gets a turn.
    let turn = registration.counting.acquire().await;
    let counted = app.store.verification().count_sms(sms, draw).await?;
    drop(turn);
    let percent = match counted {
        Counted::Done(counted) => counted.percent(),
        Counted::CapReached(percent) => Some(percent),
        Counted::TooManyLookups(_)
        | Counted::TooManyForMobile(_)
        | Counted::TooManyForAddress(_)
        | Counted::NotTheFirst
        | Counted::Busy => None,
    };
    line::annotate(|notes| notes.sms_cap_percent = percent);
    let refusal = match counted {
        Counted::Done(counted) => return Ok(counted),
        Counted::TooManyLookups(until) => return Err(SendError::TooManyLookups { until }),
        Counted::Busy => return Err(SendError::Busy),
        Counted::TooManyForMobile(until) => SendError::TooManyForMobile { until },
        Counted::TooManyForAddress(until) => SendError::TooManyForAddress { until },
        Counted::NotTheFirst => SendError::CaptchaNeeded,
        Counted::CapReached(_) => SendError::CapReached,
    };
    Err(refuse(app, sms.address, refusal).await)
}

/// Counts a refusal that tells whether the mobile is registered as a lookup of the address. Past the
/// limit of those the client learns only that.
async fn refuse(app: &App, address: &str, refusal: SendError) -> SendError {
    let token = WriteToken::random(&app.random);
    let limits = app.store.limits();
    match limits.count_lookup(address, app.clock.now(), token).await {
        Ok(None) => refusal,
        Ok(Some(until)) => SendError::TooManyLookups { until },
        Err(error) => SendError::Store(error),
    }
}
