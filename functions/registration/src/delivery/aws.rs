//! What an answer of AWS's SDK means for whoever pays for a message and whoever waits for it.

use std::error::Error;

use aws_sdk_sns::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use hyper_util::client::legacy;

use super::provider::{Failure, Outcome};

/// The outcome of a call of `provider`.
pub(super) fn outcome<T, E>(
    provider: &'static str,
    sent: Result<T, SdkError<E, HttpResponse>>,
) -> Outcome
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let Err(error) = sent else {
        return Outcome::Sent;
    };
    let failure = |reason: Option<&str>| Failure {
        provider,
        reason: reason.unwrap_or("no code").to_owned(),
    };
    let refused = |reason| Outcome::Refused(failure(reason));
    let unknown = |reason| Outcome::Unknown(failure(Some(reason)));
    // A provider that says yes in a way that cannot be read has said yes.
    let taken = error.raw_response();
    let taken = taken.is_some_and(|response| response.status().is_success());
    match &error {
        SdkError::ConstructionFailure(_) => refused(Some("not sent")),
        SdkError::ServiceError(_) | SdkError::ResponseError(_) if taken => unknown("response"),
        SdkError::ServiceError(_) => refused(error.code()),
        SdkError::ResponseError(_) => refused(None),
        SdkError::TimeoutError(_) => unknown("timeout"),
        SdkError::DispatchFailure(_) if never_connected(&error) => refused(Some("no connection")),
        SdkError::DispatchFailure(_) => unknown("dispatch"),
        _ => unknown("unknown"),
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
