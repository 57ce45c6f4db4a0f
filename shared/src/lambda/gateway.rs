//! What only Lambda needs: the gateway's word on where a request came from, and Lambda's way to be told
//! that a function cannot start. What the client wrote is read in `event`.

use std::{convert::Infallible, error::Error, mem};

use axum::Router;
use lambda_http::{
    Adapter, LambdaEvent, RequestExt,
    lambda_runtime::{self, Diagnostic},
    request::{LambdaRequest, RequestContext},
    service_fn,
    tower::{Service, ServiceExt},
};
use lambda_runtime_api_client::{Client, body::Body, build_request};
use serde::Serialize;

use crate::{
    domain::client_address::ClientAddress, http::operator::Operator, lambda::event::RawRequest,
    telemetry::line::RequestId,
};

/// Serves the router to the Lambda runtime until it ends the process; where there is none, tells
/// Lambda why.
///
/// # Errors
/// Why there is no router, as a sentence; what the runtime API's connection fails with.
pub async fn serve<E: Error>(router: Result<Router, E>) -> Result<(), lambda_http::Error> {
    match router {
        Ok(router) => lambda_runtime::run(service(router)).await,
        Err(error) => {
            let sentence = error.to_string();
            report(&sentence).await?;
            // What `main` returns is printed for its `Debug`.
            Err(sentence.into())
        }
    }
}

/// What the runtime hands each event to; it answers in the form of the gateway that sent it.
#[must_use]
pub fn service(
    router: Router,
) -> impl Service<LambdaEvent<LambdaRequest>, Response = impl Serialize, Error = Infallible, Future: Send>
{
    service_fn(move |mut event: LambdaEvent<LambdaRequest>| {
        let mut said = RawRequest::take(&mut event.payload);
        let complete = move |request| vouch(mem::take(&mut said).put_into(request));
        Adapter::from(router.clone().map_request(complete)).call(event)
    })
}

/// Ends the initialization with an error, so that the log of Lambda has it as one.
async fn report(sentence: &str) -> Result<(), lambda_http::Error> {
    let kind = "Runtime.ConfigError";
    let diagnostic = Diagnostic {
        error_type: kind.to_owned(),
        error_message: sentence.to_owned(),
    };
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", kind)
        .body(Body::from(serde_json::to_vec(&diagnostic)?))?;
    Client::builder().build()?.call(request).await?;
    Ok(())
}

/// Takes the client's address and the request's id from the gateway's own words. `X-Forwarded-For` is
/// the client's word here, and is ignored.
fn vouch(mut request: lambda_http::Request) -> lambda_http::Request {
    let (address, id) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            (context.http.source_ip.clone(), context.request_id.clone())
        }
        Some(RequestContext::ApiGatewayV1(context)) => (
            context.identity.source_ip.clone(),
            context.request_id.clone(),
        ),
        _ => (None, None),
    };
    let operator = operator(request.request_context_ref());
    let extensions = request.extensions_mut();
    if let Some(operator) = operator {
        extensions.insert(operator);
    }
    if let Some(address) = address.and_then(|text| text.parse().ok()) {
        extensions.insert(ClientAddress(address));
    }
    if let Some(id) = id {
        extensions.insert(RequestId(id));
    }
    request
}

/// Who called, where the gateway checked an IAM signature: it does so on the operator's routes alone.
fn operator(context: Option<&RequestContext>) -> Option<Operator> {
    match context {
        Some(RequestContext::ApiGatewayV2(context)) => {
            let iam = context.authorizer.as_ref()?.iam.as_ref()?;
            iam.user_arn.as_deref().map(Operator::named)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Actor;

    #[test]
    fn only_a_request_that_the_gateway_checked_the_signature_of_is_the_operators() {
        let context = |authorizer: &str| -> RequestContext {
            let context = format!(r#"{{"http":{{"method":"POST"}}{authorizer}}}"#);
            RequestContext::ApiGatewayV2(serde_json::from_str(&context).unwrap())
        };
        let caller = |context: &RequestContext| operator(Some(context)).map(Operator::actor);
        assert!(operator(None).is_none());
        assert_eq!(caller(&context("")), None);
        assert_eq!(caller(&context(r#","authorizer":{}"#)), None);
        let jwt = r#","authorizer":{"jwt":{"claims":{},"scopes":[]}}"#;
        assert_eq!(caller(&context(jwt)), None);
        let nameless = r#","authorizer":{"iam":{"accountId":"1"}}"#;
        assert_eq!(caller(&context(nameless)), None);
        let iam = r#","authorizer":{"iam":{"accountId":"1","userArn":"arn"}}"#;
        let actor = Actor::Operator("arn".to_owned());
        assert_eq!(caller(&context(iam)), Some(actor));
    }
}
