//! What can go wrong with a call, and the words in which each service says so.

use axum::{
    body::Body,
    http::{Response, StatusCode, header::CONTENT_TYPE},
};
use serde_json::{Value, json};
use shared::aws::Service;

use super::Call;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// It is refused for coming too fast.
    Throttled,
    /// A transaction is cancelled because one of its items was asked for too fast.
    ThrottledInside,
    /// It is answered with a server's error.
    ServerError,
    /// A transaction holds the item: for a single write the error, for a transaction the reason it
    /// was cancelled for.
    TransactionConflict,
    /// It takes effect, and half of the answer arrives.
    Malformed,
    /// It is not handed on, and never answered.
    Hang,
    /// It takes effect, and is never answered.
    HangAfter,
    /// The connection is closed before it is handed on.
    CutBefore,
    /// It takes effect, and the connection is closed before the answer.
    CutAfter,
}

impl Fault {
    /// Each of them.
    pub const ALL: [Self; 9] = [
        Self::Throttled,
        Self::ThrottledInside,
        Self::ServerError,
        Self::TransactionConflict,
        Self::Malformed,
        Self::Hang,
        Self::HangAfter,
        Self::CutBefore,
        Self::CutAfter,
    ];

    /// Whether it can happen to a call: only writes to the table meet transactions.
    #[must_use]
    pub fn applies_to(self, call: &Call) -> bool {
        match self {
            Self::ThrottledInside => call.operation == "TransactWriteItems",
            Self::TransactionConflict => call.writes_the_table(),
            Self::Throttled
            | Self::ServerError
            | Self::Malformed
            | Self::Hang
            | Self::HangAfter
            | Self::CutBefore
            | Self::CutAfter => true,
        }
    }

    /// Whether the caller waits until its patience ends.
    #[must_use]
    pub const fn hangs(self) -> bool {
        matches!(self, Self::Hang | Self::HangAfter)
    }

    /// The answer to a call, where there is one.
    pub(super) fn answer(self, call: &Call) -> Response<Body> {
        match call.service {
            Service::DynamoDb => self.dynamodb(call),
            Service::Sns => self.sns(),
            Service::SesV2 => self.ses(),
        }
    }

    /// DynamoDB's JSON 1.0: the error's full name stands in the body.
    fn dynamodb(self, call: &Call) -> Response<Body> {
        let transaction = call.operation == "TransactWriteItems";
        let (status, document) = match self {
            Self::Throttled => (400, error("ProvisionedThroughputExceededException", None)),
            Self::ThrottledInside => (400, cancelled(call, "ThrottlingError")),
            Self::TransactionConflict if transaction => {
                (400, cancelled(call, "TransactionConflict"))
            }
            Self::TransactionConflict => (400, error("TransactionConflictException", None)),
            Self::Malformed => return respond(200, JSON_1_0, r#"{"Attributes":{"pk":{"#),
            Self::ServerError | Self::Hang | Self::HangAfter | Self::CutBefore | Self::CutAfter => {
                (500, error("InternalServerError", None))
            }
        };
        respond(status, JSON_1_0, &document.to_string())
    }

    /// SNS answers in XML.
    fn sns(self) -> Response<Body> {
        let (status, code) = match self {
            Self::Throttled => (400, "Throttling"),
            Self::Malformed => return respond(200, "text/xml", "<PublishResponse><Publish"),
            Self::ThrottledInside
            | Self::ServerError
            | Self::TransactionConflict
            | Self::Hang
            | Self::HangAfter
            | Self::CutBefore
            | Self::CutAfter => (500, "InternalError"),
        };
        let body = format!(
            "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error>\
             <Type>Receiver</Type><Code>{code}</Code><Message>scripted</Message></Error>\
             <RequestId>scripted</RequestId></ErrorResponse>"
        );
        respond(status, "text/xml", &body)
    }

    /// SES names its errors in a header.
    fn ses(self) -> Response<Body> {
        let (status, code) = match self {
            Self::Throttled => (429, "TooManyRequestsException"),
            Self::Malformed => return respond(200, "application/json", r#"{"MessageId":"#),
            Self::ThrottledInside
            | Self::ServerError
            | Self::TransactionConflict
            | Self::Hang
            | Self::HangAfter
            | Self::CutBefore
            | Self::CutAfter => (500, "InternalServiceErrorException"),
        };
        let body = json!({ "message": "scripted" }).to_string();
        let mut response = respond(status, "application/json", &body);
        let value = code.parse().expect("a name is a header value");
        response.headers_mut().insert("x-amzn-errortype", value);
        response
    }
}

const JSON_1_0: &str = "application/x-amz-json-1.0";

fn error(name: &str, reasons: Option<Value>) -> Value {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{name}");
    let mut document = json!({ "__type": kind, "message": "scripted" });
    if let Some(reasons) = reasons {
        document["CancellationReasons"] = reasons;
    }
    document
}

/// A transaction cancelled for its first item; of the others there is nothing to say.
fn cancelled(call: &Call, code: &str) -> Value {
    let items = call.json()["TransactItems"].as_array().map_or(1, Vec::len);
    let reason = |place| match place {
        0 => json!({ "Code": code, "Message": "scripted" }),
        _ => json!({ "Code": "None" }),
    };
    let reasons = (0..items.max(1)).map(reason).collect();
    error("TransactionCanceledException", Some(reasons))
}

fn respond(status: u16, kind: &'static str, body: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    let value = kind.parse().expect("a media type is a header value");
    response.headers_mut().insert(CONTENT_TYPE, value);
    let id = "scripted".parse().expect("an id is a header value");
    response.headers_mut().insert("x-amzn-requestid", id);
    response
}
