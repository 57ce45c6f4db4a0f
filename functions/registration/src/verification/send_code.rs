//! Sending a code, within what may be spent. Everything is counted before the carrier is asked, in
//! three writes at once: for the mobile (which gets its new code with it), for the address that
//! asks, for the whole service. Where one of them refuses or fails, or the carrier refuses, the others
//! are taken back; where the carrier does not answer, and where all ends in between, they stay counted.

use shared::{
    app::App,
    base::clock::Time,
    domain::{client_address::ClientAddress, identifier::Mobile},
    http::{envelope, error::ApiError},
    store::{
        StoreError, WriteToken,
        limits::sms_daily_cap::Spent,
        verification::{
            codes::Purpose,
            sms_per_mobile::{Counted, CountedForMobile, NewMessage},
        },
    },
    telemetry::line,
};

use crate::{
    config::CaptchaPolicy, delivery::provider::Unconfirmed, state::Registration,
    verification::codes::Code,
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
    #[error("the day's cap is reached")]
    CapReached {
        /// When the next day begins.
        until: Time,
    },
    /// The carrier refused it.
    #[error("the carrier refused")]
    Refused(#[source] Unconfirmed),
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
            Self::TooManyForMobile { until } => wait("该手机号获取短信过于频繁", until),
            Self::TooManyForAddress { until } => wait("获取短信过于频繁", until),
            Self::CapReached { until } => wait("今日短信发送量已达上限", until),
            Self::Refused(_) => ApiError::refused("短信发送失败，请稍后再试"),
            Self::Store(error) => error.into(),
        }
    }
}

/// Sends `mobile` a new code, which voids the earlier one of that purpose. `solved` tells that a
/// captcha was. One round trip and three write units, then the carrier.
pub(crate) async fn send_code(
    registration: &Registration,
    address: ClientAddress,
    mobile: &Mobile,
    purpose: Purpose,
    solved: bool,
) -> Result<(), SendError> {
    let Registration { app, config, .. } = registration;
    let first_in_the_hour = match config.captcha {
        CaptchaPolicy::Always if !solved => return Err(SendError::CaptchaNeeded),
        CaptchaPolicy::Adaptive => !solved,
        CaptchaPolicy::Always | CaptchaPolicy::Never => false,
    };
    let code = Code::random(&app.random);
    let now = app.clock.now();
    let message = NewMessage {
        mobile,
        address: &address.counted(),
        purpose,
        code: &code.digest(&config.code_key, mobile, purpose),
        until: now.plus_seconds(config.code_seconds),
        now,
        first_in_the_hour,
    };
    // Nobody closes it; whoever waits gets a turn.
    let turn = registration.counting.acquire().await;
    let counted = count(app, &message, config.per_day).await?;
    drop(turn);
    let text = config
        .template
        .fill(code.as_str(), config.code_seconds / 60);
    match registration.sms.send(mobile, text).await {
        Ok(()) => Ok(()),
        Err(unanswered @ Unconfirmed::Unanswered { .. }) => {
            line::annotate(|notes| notes.carrier = Some(unanswered.to_string()));
            Ok(())
        }
        Err(refused @ Unconfirmed::Refused { .. }) => {
            line::annotate(|notes| notes.carrier = Some(refused.to_string()));
            line::log_ignored_error(counted.take_back(app, &message).await);
            Err(SendError::Refused(refused))
        }
    }
}

/// What was counted.
struct All {
    for_mobile: bool,
    for_address: Option<Time>,
    spent: Option<Spent>,
}

impl All {
    async fn take_back(self, app: &App, message: &NewMessage<'_>) -> Result<(), StoreError> {
        let mobile = async {
            if self.for_mobile {
                app.store.verification().uncount_for_mobile(message).await?;
            }
            Ok(())
        };
        let address = async {
            match self.for_address {
                Some(time) => {
                    app.store
                        .limits()
                        .uncount_for_address(message.address, time)
                        .await
                }
                None => Ok(()),
            }
        };
        let spent = async {
            match self.spent {
                Some(spent) => app.store.limits().unspend_message(spent).await,
                None => Ok(()),
            }
        };
        let (mobile, address, spent) = tokio::join!(mobile, address, spent);
        mobile.and(address).and(spent)
    }
}

/// Counts a message three times over, or not at all.
async fn count(app: &App, message: &NewMessage<'_>, cap: u32) -> Result<All, SendError> {
    let (now, draw) = (message.now, u32::from_be_bytes(app.random.bytes()));
    let mark = WriteToken::random(&app.random);
    let (mobile, address, spent) = tokio::join!(
        app.store.verification().count_for_mobile(message),
        app.store.limits().count_for_address(message),
        app.store.limits().spend_message(cap, draw, now, mark),
    );
    if mobile.is_err() || address.is_err() || spent.is_err() {
        let undone = undo(app, message, &mobile, &address, &spent).await;
        line::log_ignored_error(undone);
    }
    let (mobile, address, spent) = (mobile?, address?, spent?);
    let refusal = refusal(mobile.counted, address, spent.is_none(), now);
    let percent = spent.as_ref().map_or(100, |spent| spent.percent);
    let all = All {
        for_mobile: mobile.counted == Counted::Done,
        for_address: ours(mobile, address, now),
        spent,
    };
    match refusal {
        None => {
            line::annotate(|notes| notes.sms_cap_percent = Some(percent));
            Ok(all)
        }
        Some(refusal) => {
            if let SendError::CapReached { .. } = refusal {
                line::annotate(|notes| notes.sms_cap_percent = Some(percent));
            }
            line::log_ignored_error(all.take_back(app, message).await);
            Err(refusal)
        }
    }
}

/// Takes back what was counted where one of the counts has failed, so that the member may ask again at
/// once. Whether that one was counted nobody knows: for the mobile and the address it is taken back
/// if it is this message's. The day's cap is not: to take back what was not counted would raise it.
async fn undo(
    app: &App,
    message: &NewMessage<'_>,
    mobile: &Result<CountedForMobile, StoreError>,
    address: &Result<Counted, StoreError>,
    spent: &Result<Option<Spent>, StoreError>,
) -> Result<(), StoreError> {
    let store = &app.store;
    let counts = async {
        let (won, alone) = match mobile {
            Ok(mobile) if mobile.counted != Counted::Done => (false, !mobile.same_address),
            Ok(_) => (
                true,
                store.verification().uncount_for_mobile(message).await?,
            ),
            Err(_) => (
                false,
                store.verification().uncount_for_mobile(message).await?,
            ),
        };
        match address {
            Ok(Counted::Done) if alone => {
                let (address, now) = (message.address, message.now);
                store.limits().uncount_for_address(address, now).await
            }
            Ok(Counted::Shared(time)) if won => {
                store
                    .limits()
                    .uncount_for_address(message.address, *time)
                    .await
            }
            Err(_) if alone => store.limits().uncount_for_address_if_ours(message).await,
            Ok(Counted::Done | Counted::Shared(_) | Counted::TooMany(_) | Counted::NotTheFirst)
            | Err(_) => Ok(()),
        }
    };
    let spent = async {
        match spent {
            Ok(Some(spent)) => store.limits().unspend_message(spent.clone()).await,
            Ok(None) | Err(_) => Ok(()),
        }
    };
    let (counts, spent) = tokio::join!(counts, spent);
    counts.and(spent)
}

/// Why the message may not be sent: waiting comes first, for a captcha would not help.
fn refusal(mobile: Counted, address: Counted, capped: bool, now: Time) -> Option<SendError> {
    match (mobile, address) {
        (Counted::TooMany(until), _) => Some(SendError::TooManyForMobile { until }),
        (_, Counted::TooMany(until)) => Some(SendError::TooManyForAddress { until }),
        (Counted::NotTheFirst, _) | (_, Counted::NotTheFirst) => Some(SendError::CaptchaNeeded),
        (Counted::Done | Counted::Shared(_), Counted::Done | Counted::Shared(_)) => {
            let until = now.midnight().plus_seconds(86_400);
            capped.then_some(SendError::CapReached { until })
        }
    }
}

/// Under which time the address's count is this request's to take back. Of several requests for one
/// mobile at one moment, the one that is counted for the mobile takes it over, whoever counted it.
fn ours(mobile: CountedForMobile, address: Counted, now: Time) -> Option<Time> {
    let won = mobile.counted == Counted::Done;
    match address {
        Counted::Done => (won || !mobile.same_address).then_some(now),
        Counted::Shared(time) => won.then_some(time),
        Counted::TooMany(_) | Counted::NotTheFirst => None,
    }
}
