//! What a function has answered.

use serde_json::Value;

/// What the gateway is to answer.
#[derive(Debug)]
pub struct Answer(pub Value);

impl Answer {
    /// The status that the client sees.
    pub fn status(&self) -> u64 {
        self.0["statusCode"].as_u64().expect("a status")
    }

    /// A header, which stands under `headers` or, of a REST API, under `multiValueHeaders`.
    pub fn header(&self, name: &str) -> Option<&str> {
        let many = self.0["multiValueHeaders"][name][0].as_str();
        self.0["headers"][name].as_str().or(many)
    }

    /// The body, which is text.
    pub fn text(&self) -> &str {
        assert_eq!(self.0["isBase64Encoded"], false, "{}", self.0);
        self.0["body"].as_str().expect("a body")
    }

    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).expect("the body is JSON")
    }

    /// Holds it against status 200 and a `code`.
    pub fn assert_code(&self, code: u64) {
        assert_eq!(self.status(), 200, "{self:?}");
        assert_eq!(self.json()["code"], code, "{self:?}");
    }

    /// The token that the session cookie holds.
    pub fn session(&self) -> String {
        let in_list = self.0["cookies"][0].as_str();
        let cookie = in_list.or_else(|| self.header("set-cookie"));
        let cookie = cookie
            .expect("a cookie")
            .strip_prefix("_homeland_shop_customer_session=");
        let token = cookie.expect("the session's cookie").split(';').next();
        token.unwrap_or_default().to_owned()
    }
}
