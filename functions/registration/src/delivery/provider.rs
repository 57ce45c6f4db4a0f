//! What the carriers of messages answer, and what that means for whoever pays and waits.

use std::error::Error;

use aws_sdk_sns::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use hyper_util::client::legacy;

/// A message that its carrier did not confirm.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unconfirmed {
    /// It was refused, or never left: it has not been sent and costs nothing.
    #[error("{carrier} refused a message: {code}")]
    Refused {
        /// `SNS` or `SES`.
        carrier: &'static str,
        /// The service's error code, or what stood in the way.
        code: String,
    },
    /// No answer came, or none that can be read: it may be under way.
    #[error("{carrier} did not answer for a message: {kind}")]
    Unanswered {
        /// `SNS` or `SES`.
        carrier: &'static str,
        /// `timeout`, `dispatch`, …
        kind: &'static str,
    },
}

impl Unconfirmed {
    pub(crate) fn of<E: ProvideErrorMetadata + Error + 'static>(
        carrier: &'static str,
        error: &SdkError<E, HttpResponse>,
    ) -> Self {
        let refused = |code: Option<&str>| Self::Refused {
            carrier,
            code: code.unwrap_or("no code").to_owned(),
        };
        let unanswered = |kind| Self::Unanswered { carrier, kind };
        // Whoever says yes in a way that cannot be read has said yes.
        let taken = error.raw_response();
        let taken = taken.is_some_and(|response| response.status().is_success());
        match error {
            SdkError::ConstructionFailure(_) => refused(Some("not sent")),
            SdkError::ServiceError(_) | SdkError::ResponseError(_) if taken => {
                unanswered("response")
            }
            SdkError::ServiceError(_) => refused(error.code()),
            SdkError::ResponseError(_) => refused(None),
            SdkError::TimeoutError(_) => unanswered("timeout"),
            SdkError::DispatchFailure(_) if never_connected(error) => {
                refused(Some("no connection"))
            }
            SdkError::DispatchFailure(_) => unanswered("dispatch"),
            _ => unanswered("unknown"),
        }
    }
}

/// Whether no connection came about, for want of a name, of somebody who listens or of TLS, or in time:
/// nothing can have been sent then.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if (error.downcast_ref::<legacy::Error>()).is_some_and(legacy::Error::is_connect) {
            return true;
        }
        next = error.source();
    }
    false
}
