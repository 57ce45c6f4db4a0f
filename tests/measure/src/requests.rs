//! Events as the gateway sends them, each from an address of its own, which no limit knows.

use form_urlencoded::Serializer;
use serde_json::{Value, json};
use tests::{
    catalogue::request::Request,
    events::{signed, v2},
};

/// What makes events.
#[derive(Default)]
pub struct Requests(u32);

impl Requests {
    /// The event of a request of the catalogue, by its route.
    pub fn event(&mut self, request: &Request, route: &str) -> Value {
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let body = match request.method {
            "GET" => Value::Null,
            _ => json!(request.form()),
        };
        let mut event = self.bare(request.method, path, query, &body);
        event["routeKey"] = json!(route);
        if let Some(token) = &request.token {
            event = bearing(event, token);
        }
        if request.by_operator {
            event = signed(event);
        }
        event
    }

    /// A form that is posted.
    pub fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Value {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.bare("POST", path, "", &json!(form))
    }

    /// A `GET`.
    pub fn get(&mut self, path: &str, query: &str) -> Value {
        self.bare("GET", path, query, &Value::Null)
    }

    fn bare(&mut self, method: &str, path: &str, query: &str, body: &Value) -> Value {
        self.0 += 1;
        let mut event = v2(method, "$default", path, query, body);
        let [.., high, low] = self.0.to_be_bytes();
        event["requestContext"]["http"]["sourceIp"] = json!(format!("198.18.{high}.{low}"));
        event
    }
}

/// The fields that say who and set a password.
pub fn with_password<'a>(account: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("account", account),
        ("password", password),
        ("password_again", password),
    ]
}

/// The same event with a token.
pub fn bearing(mut event: Value, token: &str) -> Value {
    event["headers"]["authorization"] = json!(format!("Bearer {token}"));
    event
}
