//! The parameters of a request, from a form, JSON or multipart body alike.

use std::{collections::HashMap, fmt};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::header::CONTENT_TYPE,
};
use http_body_util::{BodyExt, Limited};
use percent_encoding::percent_decode;
use serde::de::{
    self, Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
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
    /// Nested, given more than once, or not UTF-8.
    NotText,
}

/// A parameter is nested, duplicated or not UTF-8 where one text is expected.
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

    /// Takes a field of a form. `name[]` and `name[key]` are how a form nests. What is not UTF-8 matters
    /// only to the endpoint that reads it: links carry parameters of campaigns in any encoding.
    fn insert_field(&mut self, name: &str, text: Option<String>) {
        match name.split_once('[') {
            Some((name, _)) => self.insert(name.to_owned(), Value::NotText),
            None => self.insert(name.to_owned(), text.map_or(Value::NotText, Value::Text)),
        }
    }

    fn from_form(form: &[u8]) -> Self {
        let mut params = Self::default();
        for pair in form
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let equals = pair.iter().position(|byte| *byte == b'=');
            let (name, text) = match equals {
                Some(equals) => (&pair[..equals], &pair[equals + 1..]),
                None => (pair, &[][..]),
            };
            // No endpoint reads a parameter whose name is not UTF-8.
            if let Some(name) = decoded(name) {
                params.insert_field(&name, decoded(text));
            }
        }
        params
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
            let text = String::from_utf8(field.bytes().await.ok()?.into());
            params.insert_field(&name, text.ok());
        }
        Some(params)
    }

    async fn from_body(request: Request) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE).cloned();
        let body = Limited::new(request.into_body(), MOST_BYTES)
            .collect()
            .await;
        let body = body
            .map_err(|error| {
                let too_large = error.is::<http_body_util::LengthLimitError>();
                ApiError::refused(if too_large { TOO_LARGE } else { UNREADABLE })
            })?
            .to_bytes();
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        let content_type = match &content_type {
            Some(content_type) => content_type.to_str().unwrap_or_default(),
            None => "application/x-www-form-urlencoded",
        };
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let params = match essence.to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Some(Self::from_form(&body)),
            "application/json" => Self::from_json(&body),
            "multipart/form-data" => Self::from_multipart(content_type, body).await,
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
        let mut params = Params::from_body(request).await?;
        for (name, value) in query.0 {
            params.0.entry(name).or_insert(value);
        }
        Ok(Self(params))
    }
}

/// A part of a form as text; `None` where it is not UTF-8.
fn decoded(part: &[u8]) -> Option<String> {
    let spaced = part
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte });
    let spaced: Vec<u8> = spaced.collect();
    String::from_utf8(percent_decode(&spaced).collect()).ok()
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParamsVisitor)
    }
}

struct ParamsVisitor;

impl<'de> Visitor<'de> for ParamsVisitor {
    type Value = Params;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// Clients say in several ways that there are no parameters: `null`, `""`, `[]`.
    fn visit_unit<E: de::Error>(self) -> Result<Params, E> {
        Ok(Params::default())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Params, E> {
        if text.trim().is_empty() {
            Ok(Params::default())
        } else {
            Err(E::invalid_type(Unexpected::Str("a text"), &self))
        }
    }

    /// PHP writes an object without members so.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Params, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(Params::default()),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
        let mut params = Params::default();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if let Some(value) = Value::of_json(value.get()) {
                params.insert(name, value);
            }
        }
        Ok(params)
    }
}

impl Value {
    /// Reads a JSON value as the text it stands for: a number or a boolean as it is written, so that
    /// no digit of a number gets lost. `null` is a parameter that was not sent. A text with half of a
    /// surrogate pair is none.
    fn of_json(json: &str) -> Option<Self> {
        match json.as_bytes().first() {
            Some(b'"') => Some(serde_json::from_str(json).map_or(Self::NotText, Self::Text)),
            Some(b'{' | b'[') => Some(Self::NotText),
            Some(b'n') => None,
            _ => Some(Self::Text(json.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_name_by_name() {
        let form = "a=1+2&b=%E4%BC%9A&c&d=x&d=y&e[]=1&&g=1=2&from=%B1%B1&%b1=1&h=";
        let params = Params::from_form(form.as_bytes());
        for (name, text) in [
            ("a", Some("1 2")),
            ("b", Some("会")),
            ("c", Some("")),
            ("f", None),
            ("g", Some("1=2")),
            ("h", Some("")),
        ] {
            assert_eq!(params.text(name).unwrap(), text, "{name}");
        }
        for name in ["d", "e", "from"] {
            assert!(params.text(name).is_err(), "{name}");
        }
        let params = Params::from_form(b"a=\xff&b=1&\xff=1");
        assert!(params.text("a").is_err());
        assert_eq!(params.text("b").unwrap(), Some("1"));
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
    fn json_without_anything_in_it_is_no_parameters() {
        for nothing in ["null", "[]", " [ ] ", "\"\"", "\" \"", "{}", "\n{ }\t"] {
            let params = Params::from_json(nothing.as_bytes());
            assert!(
                params.is_some_and(|params| params.0.is_empty()),
                "{nothing}"
            );
        }
    }

    #[test]
    fn json_that_is_no_object_of_texts_is_refused() {
        for not_text in [r#"{"a":"1","a":"2"}"#, r#"{"a":"\ud800"}"#] {
            let params = Params::from_json(not_text.as_bytes()).unwrap();
            assert!(params.text("a").is_err(), "{not_text}");
        }
        let deep = format!("{{\"a\":{}", "[".repeat(10_000));
        for bad in [
            "",
            "[1]",
            "[null]",
            "[[]",
            "\"x\"",
            "1",
            "true",
            "{",
            "{}x",
            "null null",
            &deep,
        ] {
            assert!(Params::from_json(bad.as_bytes()).is_none(), "{bad:.20}");
        }
        assert!(Params::from_json(b"{\"a\":\"\xff\"}").is_none());
    }
}
