//! The parameters of a request, from a form, JSON or multipart body alike.

use std::{collections::HashMap, fmt};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::header::CONTENT_TYPE,
};
use http_body_util::{BodyExt, Limited};
use percent_encoding::percent_decode;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::http::error::ApiError;

/// The largest body that is read, in bytes.
pub const MOST_BYTES: usize = 64 * 1024;

const UNREADABLE: &str = "请求参数格式不正确";
const TOO_LARGE: &str = "请求内容过大";

/// Parameters by name. They do not print themselves.
#[derive(Default)]
pub struct Params(HashMap<String, Value>);

enum Value {
    Text(String),
    /// Nested, or given more than once.
    NotText,
}

/// A parameter is nested or duplicated where one text is expected.
#[derive(Clone, Copy, Debug)]
pub struct NotText;

impl Params {
    /// The text of a parameter; `None` where it was not sent.
    ///
    /// # Errors
    /// [`NotText`]
    pub fn text(&self, name: &str) -> Result<Option<&str>, NotText> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::NotText) => Err(NotText),
        }
    }

    fn insert(&mut self, name: String, value: Value) {
        self.0
            .entry(name)
            .and_modify(|earlier| *earlier = Value::NotText)
            .or_insert(value);
    }

    /// Takes a field of a form. `name[]` and `name[key]` are how a form nests.
    fn insert_field(&mut self, name: &str, text: String) {
        match name.split_once('[') {
            Some((name, _)) => self.insert(name.to_owned(), Value::NotText),
            None => self.insert(name.to_owned(), Value::Text(text)),
        }
    }

    fn from_form(form: &[u8]) -> Option<Self> {
        // The parser below replaces what is not UTF-8; a decoded form is UTF-8 where its parts are.
        percent_decode(form).decode_utf8().ok()?;
        let mut params = Self::default();
        for (name, value) in form_urlencoded::parse(form) {
            params.insert_field(&name, value.into_owned());
        }
        Some(params)
    }

    fn from_json(json: &[u8]) -> Option<Self> {
        let json = std::str::from_utf8(json).ok()?;
        serde_json::from_str(json).ok()
    }

    async fn from_multipart(content_type: &str, body: Bytes) -> Option<Self> {
        let request = Request::builder()
            .header(CONTENT_TYPE, content_type)
            .body(Body::from(body))
            .ok()?;
        let mut multipart = Multipart::from_request(request, &()).await.ok()?;
        let mut params = Self::default();
        while let Some(field) = multipart.next_field().await.ok()? {
            let name = field.name()?.to_owned();
            let text = String::from_utf8(field.bytes().await.ok()?.into()).ok()?;
            params.insert_field(&name, text);
        }
        Some(params)
    }

    async fn from_body(request: Request) -> Result<Self, ApiError> {
        let content_type = match request
            .headers()
            .get(CONTENT_TYPE)
            .map(|value| value.to_str())
        {
            Some(Ok(text)) => text.to_owned(),
            Some(Err(_)) => return Err(ApiError::refused(UNREADABLE)),
            None => "application/x-www-form-urlencoded".to_owned(),
        };
        let body = Limited::new(request.into_body(), MOST_BYTES)
            .collect()
            .await;
        let body = body
            .map_err(|error| {
                let too_large = error.is::<http_body_util::LengthLimitError>();
                ApiError::refused(if too_large { TOO_LARGE } else { UNREADABLE })
            })?
            .to_bytes();
        if body.is_empty() {
            return Ok(Self::default());
        }
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let params = match essence.to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Self::from_form(&body),
            "application/json" => Self::from_json(&body),
            "multipart/form-data" => Self::from_multipart(&content_type, body).await,
            _ => None,
        };
        params.ok_or_else(|| ApiError::refused(UNREADABLE))
    }
}

/// The parameters of the RageFrame family: the body's.
pub struct BodyParams(pub Params);

impl<S: Sync> FromRequest<S> for BodyParams {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        Params::from_body(request).await.map(Self)
    }
}

/// The parameters of the Youhaosuda family: the body's, and the query's for what the body lacks.
/// The published mini-program SDK sends everything in the query, on POST too.
pub struct AnyParams(pub Params);

impl<S: Sync> FromRequest<S> for AnyParams {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let query = Params::from_form(request.uri().query().unwrap_or_default().as_bytes());
        let query = query.ok_or_else(|| ApiError::refused(UNREADABLE))?;
        let mut params = Params::from_body(request).await?;
        for (name, value) in query.0 {
            params.0.entry(name).or_insert(value);
        }
        Ok(Self(params))
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ParamsVisitor)
    }
}

struct ParamsVisitor;

impl<'de> Visitor<'de> for ParamsVisitor {
    type Value = Params;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
        let mut params = Params::default();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if let Some(value) = Value::of_json(value.get()).map_err(A::Error::custom)? {
                params.insert(name, value);
            }
        }
        Ok(params)
    }
}

impl Value {
    /// Reads a JSON value as the text it stands for: a number or a boolean as it is written, so that
    /// no digit of a number gets lost. `null` is a parameter that was not sent.
    fn of_json(json: &str) -> Result<Option<Self>, serde_json::Error> {
        Ok(match json.as_bytes().first() {
            Some(b'"') => Some(Self::Text(serde_json::from_str(json)?)),
            Some(b'{' | b'[') => Some(Self::NotText),
            Some(b'n') => None,
            _ => Some(Self::Text(json.to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_strictly() {
        let params = Params::from_form("a=1+2&b=%E4%BC%9A&c&d=x&d=y&e[]=1".as_bytes()).unwrap();
        assert_eq!(params.text("a").unwrap(), Some("1 2"));
        assert_eq!(params.text("b").unwrap(), Some("会"));
        assert_eq!(params.text("c").unwrap(), Some(""));
        assert!(params.text("d").is_err());
        assert!(params.text("e").is_err());
        assert_eq!(params.text("f").unwrap(), None);
        assert!(Params::from_form(b"a=%ff").is_none());
        assert!(Params::from_form(b"a=\xff").is_none());
    }

    #[test]
    fn json_numbers_and_booleans_are_their_text() {
        let json = r#"{"a":123456789012345678901,"b":-1.50,"c":true,"d":null,"e":"x","f":[1,{}],"g":{"h":[]}}"#;
        let params = Params::from_json(json.as_bytes()).unwrap();
        let texts = ["a", "b", "c", "d", "e"].map(|name| params.text(name).unwrap());
        assert_eq!(
            texts,
            [
                Some("123456789012345678901"),
                Some("-1.50"),
                Some("true"),
                None,
                Some("x")
            ]
        );
        assert!(params.text("f").is_err() && params.text("g").is_err());
    }

    #[test]
    fn json_that_is_no_object_of_texts_is_refused() {
        let duplicated = Params::from_json(br#"{"a":"1","a":"2"}"#).unwrap();
        assert!(duplicated.text("a").is_err());
        let deep = format!("{{\"a\":{}", "[".repeat(10_000));
        for bad in ["", "[]", "1", "{", r#"{"a":"\ud800"}"#, "{}x", &deep] {
            assert!(Params::from_json(bad.as_bytes()).is_none(), "{bad:.20}");
        }
        assert!(Params::from_json(b"{\"a\":\"\xff\"}").is_none());
    }
}
