//! What is said to a client, to be compared.

use tests::catalogue::Family;

use super::{states::State, subject::Subject};
use crate::support::Reply;

/// An answer without what differs from one subject, and from one draw, to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said(String);

impl Said {
    pub fn of(reply: &Reply, subject: &Subject) -> Self {
        let mut text = String::from_utf8_lossy(&reply.bytes).into_owned();
        let masked = format!(
            "su***{}",
            &subject.email[subject.email.find('@').unwrap_or(0)..]
        );
        let known = [
            (&subject.email, "an address"),
            (&masked, "an address"),
            (&subject.name, "a name"),
            (&subject.mobile, "a mobile"),
            (&subject.address, "from somewhere"),
            (&subject.id.to_string(), "a number"),
            (&subject.link, "a link"),
        ];
        for (value, place) in known {
            if value.len() > 1 {
                text = text.replace(value.as_str(), place);
            }
        }
        // A new member's number is seen here for the first time.
        if let Some(id) = reply.body["customer"]["id"].as_u64() {
            text = text.replace(&id.to_string(), "a number");
        }
        for token in ["access_token", "refresh_token"] {
            if let Some(token) = reply.body["data"][token].as_str() {
                text = text.replace(token, "a token");
            }
        }
        if let Some(id) = reply.body["id"].as_str() {
            text = text.replace(id, "an id");
        }
        let cookie = match reply.cookie().as_deref() {
            None => "",
            Some("") => " and takes the cookie back",
            Some(_) => " and hands a cookie over",
        };
        Self(format!("{}{cookie}: {text}", reply.status.as_u16()))
    }

    /// Whether it is what the endpoint's family says of a fault of ours.
    pub fn is_fault(&self, state: &State) -> bool {
        let sentence = "服务暂时不可用，请稍后再试";
        match state.endpoint().family {
            Family::Page => self.0.starts_with("200: <!") && self.0.contains("暂时无法完成"),
            Family::RageFrame => {
                let envelope = format!(r#"200: {{"code":500,"message":"{sentence}","data":[],"#);
                self.0.starts_with(&envelope)
            }
            Family::Youhaosuda | Family::Operator => {
                self.0 == format!(r#"200: {{"code":500,"message":"{sentence}"}}"#)
            }
        }
    }

    /// Whether others wrote the same items all the time.
    pub fn is_busy(&self) -> bool {
        self.0.contains("尝试次数过多，请在1秒后再试")
    }

    /// Whether the carrier did not take the message.
    pub fn is_refused_by_carrier(&self) -> bool {
        self.0.contains("短信发送失败，请稍后再试")
    }
}
