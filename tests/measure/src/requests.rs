//! Events as the gateway sends them, each from an address of its own, which no limit knows.

use form_urlencoded::Serializer;
use serde_json::{Value, json};
use tests::events::{signed, v2};

/// What makes events.
#[derive(Default)]
pub struct Requests(u32);

impl Requests {
    /// A form that is posted.
    pub fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Value {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.event("POST", path, "", &json!(form))
    }

    /// A `GET`.
    pub fn get(&mut self, path: &str, query: &str) -> Value {
        self.event("GET", path, query, &Value::Null)
    }

    /// A request of the operator, which the gateway has found to be signed; posted, it credits a
    /// point under the key `key`.
    pub fn operator(&mut self, method: &str, path: &str, key: &str) -> Value {
        let body = json!({"key": key, "point": 1, "desc": "order"}).to_string();
        let body = if method == "POST" {
            json!(body)
        } else {
            Value::Null
        };
        let mut event = self.event(method, path, "", &body);
        event["routeKey"] = json!(format!("{method} /admin/members/{{id}}/points"));
        event["headers"]["content-type"] = json!("application/json");
        signed(event)
    }

    fn event(&mut self, method: &str, path: &str, query: &str, body: &Value) -> Value {
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
