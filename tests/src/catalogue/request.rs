//! A valid request to an endpoint, for whoever sends it: a router, a binary or a connection.

use form_urlencoded::Serializer;

use super::{
    Authentication, Endpoint, Fixture,
    parameter::{Place, Value},
};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with what is filled in and with the query.
    pub target: String,
    /// The fields of the body's form.
    pub fields: Vec<(&'static str, String)>,
    /// The session's token.
    pub token: Option<String>,
    /// Whether it is the operator's.
    pub by_operator: bool,
}

impl Request {
    /// The body as a form.
    pub fn form(&self) -> String {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(&self.fields);
        form.finish()
    }
}

impl Endpoint {
    /// A valid request, where `text` knows the texts of the values.
    pub fn request(&self, text: impl Fn(Value) -> String) -> Request {
        self.request_with(&[], self.token(), text)
    }

    /// The same with other values for some parameters, and with another token.
    pub fn request_with(
        &self,
        values: &[(&str, Value)],
        token: Option<Value>,
        text: impl Fn(Value) -> String,
    ) -> Request {
        let mut path = self.path.to_owned();
        let mut query = Serializer::new(String::new());
        let mut fields = Vec::new();
        for parameter in self.parameters {
            let other = values.iter().find(|(name, _)| *name == parameter.name);
            let value = other.map(|(_, value)| *value).or(parameter.value);
            let Some(value) = value.map(&text) else {
                continue;
            };
            match parameter.place {
                Place::Path => path = path.replace(&format!("{{{}}}", parameter.name), &value),
                Place::Query => {
                    query.append_pair(parameter.name, &value);
                }
                Place::Body => fields.push((parameter.name, value)),
            }
        }
        for (name, _) in values {
            let mut known = self.parameters.iter();
            let is_known = known.any(|parameter| parameter.name == *name);
            assert!(is_known, "{} has no parameter {name}", self.path);
        }
        let query = query.finish();
        let separator = if query.is_empty() { "" } else { "?" };
        Request {
            method: self.method,
            target: [&path, separator, &query].concat(),
            fields,
            token: token.map(text),
            by_operator: self.authentication == Authentication::Operator,
        }
    }

    /// The token of a valid request: of the group's session where there is one.
    fn token(&self) -> Option<Value> {
        match self.authentication {
            Authentication::Session | Authentication::Optional => {
                Some(if self.fixtures.contains(&Fixture::Group) {
                    Value::AccessToken
                } else {
                    Value::BrowserToken
                })
            }
            Authentication::None | Authentication::RefreshToken | Authentication::Operator => None,
        }
    }
}
