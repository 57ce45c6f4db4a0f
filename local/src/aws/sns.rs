//! `POST /`, `Action=Publish`: SNS, as far as it sends text messages. AWS's query protocol: a form
//! comes in, XML goes out.

use std::collections::HashMap;

use aws_smithy_xml::encode::{ScopeWriter, XmlWriter};
use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderName},
    },
    response::{IntoResponse, Response},
};

use crate::inbox::{Channel, Draft, Inbox};

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// No request of this SNS needs to be told from another.
const REQUEST: &str = "00000000-0000-4000-8000-000000000000";

/// The most characters SNS takes for a number.
const MOST_CHARACTERS: usize = 1600;

/// Whether a request to `/` speaks the query protocol.
pub(super) fn is_for(request: &Request) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    content_type.is_some_and(|value| {
        value
            .as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

/// Why SNS does not publish.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("The action {0} is not valid for this endpoint.")]
    Action(String),
    #[error("Topic does not exist")]
    Topic,
    #[error("Invalid parameter: {parameter} Reason: {reason}")]
    Parameter {
        parameter: &'static str,
        reason: String,
    },
}

impl Refusal {
    fn parameter(parameter: &'static str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Parameter { parameter, reason }
    }

    const fn code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Action(_) => (StatusCode::BAD_REQUEST, "InvalidAction"),
            Self::Topic => (StatusCode::NOT_FOUND, "NotFound"),
            Self::Parameter { .. } => (StatusCode::BAD_REQUEST, "InvalidParameter"),
        }
    }
}

pub(super) async fn handler(State(inbox): State<Inbox>, body: Bytes) -> Response {
    let form = form_urlencoded::parse(&body).into_owned().collect();
    match publish(&form) {
        Ok(draft) => {
            let id = inbox.keep(draft);
            xml(StatusCode::OK, "PublishResponse", |answer| {
                let mut result = answer.start_el("PublishResult").finish();
                text(&mut result, "MessageId", &id);
                result.finish();
                let mut metadata = answer.start_el("ResponseMetadata").finish();
                text(&mut metadata, "RequestId", REQUEST);
                metadata.finish();
            })
        }
        Err(refusal) => {
            let (status, code) = refusal.code();
            xml(status, "ErrorResponse", |answer| {
                let mut error = answer.start_el("Error").finish();
                text(&mut error, "Type", "Sender");
                text(&mut error, "Code", code);
                text(&mut error, "Message", &refusal.to_string());
                error.finish();
                text(answer, "RequestId", REQUEST);
            })
        }
    }
}

fn publish(form: &HashMap<String, String>) -> Result<Draft, Refusal> {
    let parameter = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if parameter("Action") != "Publish" {
        return Err(Refusal::Action(parameter("Action").to_owned()));
    }
    if form.contains_key("TopicArn") || form.contains_key("TargetArn") {
        return Err(Refusal::Topic);
    }
    let number = parameter("PhoneNumber");
    if !is_e164(number) {
        let reason = format!("{number} is not valid to publish to");
        return Err(Refusal::parameter("PhoneNumber", reason));
    }
    let message = parameter("Message");
    if message.is_empty() {
        return Err(Refusal::parameter("Message", "Empty message"));
    }
    if message.chars().count() > MOST_CHARACTERS {
        return Err(Refusal::parameter("Message", "Message too long"));
    }
    attributes(form)?;
    Ok(Draft {
        channel: Channel::Sms,
        to: number.to_owned(),
        subject: None,
        body: message.to_owned(),
        html: None,
    })
}

/// Checks the attributes that SNS reads; it ignores the others.
fn attributes(form: &HashMap<String, String>) -> Result<(), Refusal> {
    for place in 1.. {
        let part = |part: &str| form.get(&format!("MessageAttributes.entry.{place}.{part}"));
        let Some(name) = part("Name") else {
            break;
        };
        let value = part("Value.StringValue").map(String::as_str);
        let value = value.unwrap_or_default();
        let good = match name.as_str() {
            "AWS.SNS.SMS.SMSType" => matches!(value, "Promotional" | "Transactional"),
            "AWS.SNS.SMS.MaxPrice" => value.parse::<f64>().is_ok_and(|price| price > 0.0),
            "AWS.SNS.SMS.SenderID" => is_sender(value),
            _ => true,
        };
        if !good {
            let reason = format!("{name} is not valid");
            return Err(Refusal::parameter("MessageAttributes", reason));
        }
    }
    Ok(())
}

/// `+`, the country, and at most 15 digits in all.
fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// 1 to 11 letters and digits, a letter among them.
fn is_sender(name: &str) -> bool {
    (1..=11).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn xml(status: StatusCode, root: &str, write: impl FnOnce(&mut ScopeWriter<'_, '_>)) -> Response {
    let mut body = String::new();
    let mut writer = XmlWriter::new(&mut body);
    let mut answer = writer.start_el(root).write_ns(NAMESPACE, None).finish();
    write(&mut answer);
    answer.finish();
    let headers = [(CONTENT_TYPE, "text/xml"), (REQUEST_ID, REQUEST)];
    (status, headers, body).into_response()
}

fn text(parent: &mut ScopeWriter<'_, '_>, name: &str, value: &str) {
    let mut element = parent.start_el(name).finish();
    element.data(value);
    element.finish();
}
