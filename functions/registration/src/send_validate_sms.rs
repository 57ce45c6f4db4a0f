//! `POST /api/v1/account/send_regist_validate_sms` and `send_reset_validate_sms`: 获取手机验证码.
//!
//! Neither asks whether the number is registered: that would be a way to learn it without the limits
//! of `check_regist_mobile`, and costs a read that only the careless need.

use axum::{extract::State, response::IntoResponse};
use shared::{
    client::ClientAddress,
    envelope,
    error::ApiError,
    names::Mobile,
    params::{AnyParams, Params},
    store::codes::Purpose,
    youhaosuda::Field,
};

use crate::{
    captcha::Redeemed,
    config::CaptchaPolicy,
    mobile::{self, MOBILE},
    send_code,
    state::Registration,
};

const CAPTCHA_ID: Field = Field::new("captcha_id", "图片");
const CAPTCHA_VALUE: Field = Field::new("captcha_value", "图片中的字符");

/// Refuses a captcha that is not solved: the client shows another. No form has a field of its own
/// for it, so no field's word is in the message.
fn wrong_captcha() -> ApiError {
    ApiError::captcha_needed().saying("图片中的字符不正确，请重新输入")
}

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
    let solved = match captcha {
        Some((id, value)) if registration.config.captcha != CaptchaPolicy::Never => {
            match registration.captchas.redeem(&id, &value).await? {
                Redeemed::Solved => true,
                Redeemed::Wrong(_) => return Err(wrong_captcha()),
            }
        }
        Some(_) | None => false,
    };
    let sent = send_code::send_code(registration, address, &mobile, purpose, solved).await;
    sent.map_err(|error| error.refusal(registration.app.clock.now()))?;
    Ok(envelope::youhaosuda(()))
}
