//! `GET /captcha`: a new captcha, for a script tag that names its `callback` (JSONP), or as JSON.

use axum::{
    Json,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use shared::{
    error::ApiError,
    params::{AnyParams, Params},
    youhaosuda::Field,
};

use super::Captchas;

const CALLBACK: Field = Field::new("callback", "callback");

/// The longest name of a callback.
const MOST_CHARACTERS: usize = 64;

/// The name of a function, safe to write into a script: identifiers with dots between.
struct Callback<'a>(&'a str);

impl<'a> Callback<'a> {
    fn read(params: &'a Params) -> Result<Option<Self>, ApiError> {
        let name = CALLBACK.optional(params)?;
        let callback = name.map(|name| Self::parse(name).ok_or_else(|| CALLBACK.malformed()));
        callback.transpose()
    }

    fn parse(name: &'a str) -> Option<Self> {
        let is_identifier = |part: &str| {
            let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_$".contains(&byte);
            part.bytes().all(good) && part.bytes().next().is_some_and(|b| !b.is_ascii_digit())
        };
        let good = name.len() <= MOST_CHARACTERS && name.split('.').all(is_identifier);
        good.then_some(Self(name))
    }
}

/// The picture is at `/captcha` + `path`: clients put the two together themselves.
#[derive(Serialize)]
struct Issued {
    id: String,
    path: String,
}

/// A script that hands a value to a function of the page that loads it.
struct Jsonp<'a, T>(Callback<'a>, T);

impl<T: Serialize> IntoResponse for Jsonp<'_, T> {
    fn into_response(self) -> Response {
        let Self(Callback(name), value) = self;
        match serde_json::to_string(&value) {
            Ok(json) => {
                let script = [name, "(", &json, ")"].concat();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_is_identifiers_with_dots_between() {
        let longest = "x".repeat(64);
        for good in [
            "cb",
            "_",
            "$",
            "jQuery1113_1700000000001",
            "a.b.$c",
            &longest,
        ] {
            assert!(Callback::parse(good).is_some(), "{good}");
        }
        let too_long = "x".repeat(65);
        for bad in [
            "",
            "1a",
            "a.",
            ".a",
            "a..b",
            "a.1",
            "a b",
            "a(b",
            "a[0]",
            "a;b",
            "a-b",
            "回调",
            "a\n",
            "a\u{2028}",
            "<script>",
            &too_long,
        ] {
            assert!(Callback::parse(bad).is_none(), "{bad}");
        }
    }
}
