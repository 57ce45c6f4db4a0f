//! `POST /api/v1/account/reset_password_with_mobile`: 重设手机号码账号密码.

use axum::{extract::State, response::IntoResponse};
use shared::{
    domain::{client_address::ClientAddress, identifier::Identifier, password},
    fault::Fault,
    http::{envelope, error::ApiError, params::AnyParams},
    rules::register::uncount_wrong_code,
    store::{
        members::passwords::{Proof, Reset},
        verification::codes::{Purpose, RightCode},
    },
};

use crate::{
    state::Registration,
    verification::{
        codes::{self, CodeError},
        mobile::{self, ACCOUNT},
        verified_code::Request,
    },
};

/// Three round trips, one read unit and nine write units for a member without other names.
pub(crate) async fn handler(
    State(registration): State<Registration>,
    address: ClientAddress,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let Request {
        mobile,
        password,
        code,
    } = Request::read(
        &params,
        &registration.app.config,
        registration.config.code_format,
    )?;
    let app = &registration.app;
    let purpose = Purpose::Reset;
    let identifier = Identifier::from(mobile.clone());
    let key = identifier.key();
    let (counted, record) = tokio::join!(
        codes::count_wrong(app, address),
        app.store.members().login_record(&key),
    );
    let refusal = |error: CodeError| error.refusal(app.clock.now());
    let counted_at = counted.map_err(refusal)?;
    let checked = codes::check(&registration, address, &mobile, purpose, &code).await;
    let right = RightCode {
        mobile: &mobile,
        purpose,
        digest: &checked.map_err(refusal)?,
    };
    let reset = async {
        let Some(account) = record?.account() else {
            uncount_wrong_code(app, address, counted_at).await;
            return Ok(Reset::NoMember);
        };
        let hash = password::hash(password, &app.random).await;
        let (hash, proof) = (hash.map_err(Fault::from)?, Proof::Code(right));
        let now = app.clock.now();
        let members = app.store.members();
        let (reset, ()) = tokio::join!(
            members.reset_password(&identifier, &account, hash, proof, now),
            uncount_wrong_code(app, address, counted_at),
        );
        Ok::<_, ApiError>(reset?)
    };
    match reset.await {
        Ok(Reset::Done) => Ok(envelope::youhaosuda(())),
        Ok(Reset::ProofGone) => Err(codes::gone()),
        Ok(Reset::NoMember) => {
            codes::keep(&registration, &right).await;
            Err(mobile::unregistered(ACCOUNT))
        }
        Err(fault) => {
            codes::keep(&registration, &right).await;
            Err(fault)
        }
    }
}
