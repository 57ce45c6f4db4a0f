//! `POST /api/v1/account/send_regist_validate_sms` and `send_reset_validate_sms`: 获取手机验证码.

use axum::{extract::State, response::IntoResponse};
use shared::{
    domain::{
        client_address::ClientAddress,
        identifier::{Identifier, Mobile},
    },
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

/// Two round trips, one read unit and six write units, one more with a captcha; then the provider.
async fn send(
    registration: &Registration,
    address: ClientAddress,
    purpose: Purpose,
    params: &Params,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let Request { mobile, captcha } = Request::read(params)?;
    let app = &registration.app;
    let captcha = captcha.filter(|_| registration.config.captcha != CaptchaPolicy::Never);
    if captcha.is_none() && registration.config.captcha == CaptchaPolicy::Always {
        return Err(ApiError::captcha_needed());
    }
    let (captchas, solver) = (&registration.captchas, app.random.bytes());
    let sent = async {
        let identifier = Identifier::from(mobile.clone()).key();
        let redeemed = async {
            match &captcha {
                Some((id, value)) => captchas.redeem_by(id, value, &solver).await,
                None => Ok(Redeemed::Solved),
            }
        };
        let members = app.store.members();
        let (record, redeemed) = tokio::join!(members.login_record(&identifier), redeemed);
        match redeemed? {
            Redeemed::Solved => {}
            Redeemed::Wrong(_) => return Err(SendError::WrongCaptcha),
        }
        let has_captcha = captcha.is_some();
        send_code::send_code(
            registration,
            address,
            &mobile,
            purpose,
            &record?,
            has_captcha,
        )
        .await
    };
    let sent = sent.await;
    if let (Some((id, _)), Err(error)) = (&captcha, &sent)
        && error.leaves_captcha()
    {
        // Nobody is asked to solve another because of us or of the provider.
        line::log_ignored_error(captchas.reopen(id, &solver).await);
    }
    sent.map_err(|error| error.refusal(app.clock.now()))?;
    Ok(envelope::youhaosuda(()))
}
