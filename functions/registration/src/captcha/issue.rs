//! `GET /captcha`: a new captcha, for a script tag that names its `callback` (JSONP), or as JSON.

use axum::{
    Json,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use shared::http::{error::ApiError, params::AnyParams};

use crate::captcha::{Captchas, callback::Callback};

/// The picture is at `/captcha` + `path`: clients put the two together themselves.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Issued {
    id: String,
    path: String,
}

/// A script that hands a value to a function of the page that loads it.
struct Jsonp<'a, T>(Callback<'a>, T);

impl<T: Serialize> IntoResponse for Jsonp<'_, T> {
    fn into_response(self) -> Response {
        let Self(callback, value) = self;
        match serde_json::to_string(&value) {
            Ok(json) => {
                let script = [callback.as_str(), "(", &json, ")"].concat();
                (
                    [(CONTENT_TYPE, "application/javascript; charset=utf-8")],
                    script,
                )
                    .into_response()
            }
            Err(error) => ApiError::fault(error).into_response(),
        }
    }
}

pub(crate) async fn handler(
    State(captchas): State<Captchas>,
    AnyParams(params): AnyParams,
) -> Result<Response, ApiError> {
    let callback = Callback::read(&params)?;
    let id = captchas.issue();
    let path = format!("/{id}.png");
    let issued = Issued { id, path };
    Ok(match callback {
        Some(callback) => Jsonp(callback, issued).into_response(),
        None => Json(issued).into_response(),
    })
}
