//! What the operator's two endpoints share: who may call them, and for which member.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use shared::{
    app::App,
    domain::{actor::Actor, member::MemberId},
    http::{error::ApiError, operator::Operator},
};

pub(crate) const NO_MEMBER: &str = "会员不存在";

/// The member that the operator's path names, and who calls. Whether there is such a member is not
/// known yet.
pub(crate) struct Named {
    pub(crate) id: MemberId,
    pub(crate) actor: Actor,
}

impl FromRequestParts<App> for Named {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let operator = Operator::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let path = Path::<String>::from_request_parts(parts, app).await;
        let number = path.ok().and_then(|Path(text)| text.parse().ok());
        let id = number.and_then(MemberId::new);
        let id = id.ok_or_else(|| ApiError::refused(NO_MEMBER).into_response())?;
        app.note_member(id);
        let actor = operator.actor();
        Ok(Self { id, actor })
    }
}
