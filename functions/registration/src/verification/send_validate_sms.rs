//! `POST /api/v1/account/send_regist_validate_sms` and `send_reset_validate_sms`: 获取手机验证码.
//!
//! Neither asks whether the number is registered: that would be a way to learn it without the limits
//! of `check_regist_mobile`, and costs a read that only the careless need.

use axum::{extract::State, response::IntoResponse};
use shared::{
    domain::{client_address::ClientAddress, identifier::Mobile},
    http::{
        envelope,
        error::ApiError,
        params::{AnyParams, Params},
    },
    store::verification::codes::Purpose,
    telemetry::line,
    wire::youhaosuda::Field,
};

use crate::{
    captcha::Redeemed,
    config::CaptchaPolicy,
    state::Registration,
    verification::{
        mobile::{self, MOBILE},
        send_code::{self, SendError},
    },
};

const CAPTCHA_ID: Field = Field::new("captcha_id", "图片");
const CAPTCHA_VALUE: Field = Field::new("captcha_value", "图片中的字符");

struct Request {
    mobile: Mobile,
    captcha: Option<(String, String)>,
}

impl Request {
    fn read(params: &Params) -> Result<Self, ApiError> {
        let given = |field: Field| {
            let text = field.optional(params)?;
            Ok::<_, ApiError>(text.filter(|text| !text.is_empty()).map(str::to_owned))
        };
        Ok(Self {
            mobile: mobile::read(params, MOBILE)?,
            captcha: given(CAPTCHA_ID)?.zip(given(CAPTCHA_VALUE)?),
        })
    }
}

pub(crate) async fn regist(
    State(registration): State<Registration>,
    address: ClientAddress,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    send(&registration, address, Purpose::Registration, &params).await
}

pub(crate) async fn reset(
    State(registration): State<Registration>,
    address: ClientAddress,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    send(&registration, address, Purpose::Reset, &params).await
}

async fn send(
    registration: &Registration,
    address: ClientAddress,
    purpose: Purpose,
    params: &Params,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let Request { mobile, captcha } = Request::read(params)?;
    let captcha = captcha.filter(|_| registration.config.captcha != CaptchaPolicy::Never);
    let (captchas, by) = (&registration.captchas, registration.app.random.bytes());
    let sent = async {
        if let Some((id, value)) = &captcha {
            match captchas.redeem_by(id, value, &by).await? {
                Redeemed::Solved => {}
                Redeemed::Wrong(_) => return Err(SendError::WrongCaptcha),
            }
        }
        let solved = captcha.is_some();
        send_code::send_code(registration, address, &mobile, purpose, solved).await
    };
    let sent = sent.await;
    if let (Some((id, _)), Err(SendError::Refused(_) | SendError::Store(_))) = (&captcha, &sent) {
        // Nobody is asked to solve another because of us or of the carrier.
        line::log_ignored_error(captchas.reopen(id, &by).await);
    }
    sent.map_err(|error| error.refusal(registration.app.clock.now()))?;
    Ok(envelope::youhaosuda(()))
}
