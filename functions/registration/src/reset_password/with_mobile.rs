//! `POST /api/v1/account/reset_password_with_mobile`: 重设手机号码账号密码.

use axum::{extract::State, response::IntoResponse};
use shared::{
    domain::{identifier::Identifier, password},
    fault::Fault,
    http::{envelope, error::ApiError, params::AnyParams},
    store::{
        members::passwords::{Proof, Reset},
        verification::codes::{Purpose, RightCode},
    },
};

use crate::{
    state::Registration,
    verification::{codes, mobile::ACCOUNT, verified_code::Request},
};

/// Two round trips, one read unit and seven write units for a member without other names.
pub(crate) async fn handler(
    State(registration): State<Registration>,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let Request {
        mobile,
        password,
        code,
    } = Request::read(&params)?;
    let app = &registration.app;
    let purpose = Purpose::Reset;
    let login = Identifier::from(mobile.clone());
    let key = login.key();
    let (checked, marker) = tokio::join!(
        codes::check(&registration, &mobile, purpose, &code),
        app.store.members().marker(&key),
    );
    let right = RightCode {
        mobile: &mobile,
        purpose,
        digest: &checked.map_err(|error| error.refusal(app.clock.now()))?,
    };
    let reset = async {
        let Some(account) = marker?.account() else {
            return Ok(Reset::NoMember);
        };
        let hash = password::hash(password, &app.random).await;
        let (hash, proof) = (hash.map_err(Fault::from)?, Proof::Code(right));
        let now = app.clock.now();
        let reset = (app.store)
            .members()
            .reset_password(&login, &account, hash, proof, now)
            .await?;
        Ok::<_, ApiError>(reset)
    };
    let reset = reset.await;
    if reset.is_err() {
        codes::keep(&registration, &right).await;
    }
    match reset? {
        Reset::Done => Ok(envelope::youhaosuda(())),
        Reset::ProofGone => Err(codes::gone()),
        Reset::NoMember => {
            codes::keep(&registration, &right).await;
            Err(ACCOUNT.refusal("尚未注册"))
        }
    }
}
