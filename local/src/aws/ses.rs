//! `POST /v2/email/outbound-emails`: SES's `SendEmail`, as far as it sends a subject with a text and
//! an HTML part.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::HeaderName},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::inbox::{Channel, Draft, Inbox};

/// Where a mail is posted to.
pub(super) const PATH: &str = "/v2/email/outbound-emails";

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    content: Content,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Part,
    body: Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Part>,
    html: Option<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    data: String,
}

/// Why SES does not send.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("The request is not readable: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("The from address is missing or malformed.")]
    From,
    #[error("The destination is missing or malformed.")]
    Destination,
    #[error("Only simple content is sent here.")]
    NotSimple,
    #[error("The message has neither a text nor an HTML part.")]
    Empty,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    message_id: String,
}

#[derive(Serialize)]
struct Refused {
    message: String,
}

pub(super) async fn handler(State(inbox): State<Inbox>, body: Bytes) -> Response {
    match drafts(&body) {
        Ok(drafts) => {
            let mut message_id = String::new();
            for draft in drafts {
                message_id = inbox.keep(draft);
            }
            Json(Sent { message_id }).into_response()
        }
        Err(refusal) => {
            let message = refusal.to_string();
            let error_type = [(ERROR_TYPE, "BadRequestException")];
            (
                StatusCode::BAD_REQUEST,
                error_type,
                Json(Refused { message }),
            )
                .into_response()
        }
    }
}

/// A copy for each who gets it.
fn drafts(body: &[u8]) -> Result<Vec<Draft>, Refusal> {
    let request: Request = serde_json::from_slice(body)?;
    let from = request.from_email_address.unwrap_or_default();
    if !is_address(&from) {
        return Err(Refusal::From);
    }
    let Destination { mut to, cc, bcc } = request.destination;
    to.extend(cc);
    to.extend(bcc);
    if to.is_empty() || !to.iter().all(|address| is_address(address)) {
        return Err(Refusal::Destination);
    }
    let Simple { subject, body } = request.content.simple.ok_or(Refusal::NotSimple)?;
    let html = body.html.map(|part| part.data);
    let text = body.text.map(|part| part.data).or_else(|| html.clone());
    let text = text.ok_or(Refusal::Empty)?;
    let draft = |to| Draft {
        channel: Channel::Mail,
        to,
        subject: Some(subject.data.clone()),
        body: text.clone(),
        html: html.clone(),
    };
    Ok(to.into_iter().map(draft).collect())
}

/// Whether it may be an address, with or without a name before it.
fn is_address(text: &str) -> bool {
    let address = text.trim_end_matches('>').rsplit('<').next();
    address
        .and_then(|address| address.split_once('@'))
        .is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains(['@', ' '])
        })
}
