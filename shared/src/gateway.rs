//! What only Lambda needs: the gateway's word on where a request came from and which path it asked
//! for, and Lambda's way to be told that a function cannot start.

use std::{convert::Infallible, error::Error};

use axum::Router;
use lambda_http::{
    Adapter, LambdaEvent, RequestExt,
    http::{Uri, uri::PathAndQuery},
    lambda_runtime::{self, Diagnostic},
    request::{LambdaRequest, RequestContext},
    tower::{Service, ServiceBuilder},
};
use lambda_runtime_api_client::{Client, body::Body, build_request};
use serde::Serialize;

use crate::{client::ClientAddress, journal::RequestId, operator::Operator};

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
pub fn service(
    router: Router,
) -> impl Service<
    LambdaEvent<LambdaRequest>,
    Response = impl Serialize,
    Error = Infallible,
    Future: Send,
> {
    let service = ServiceBuilder::new().map_request(vouch).service(router);
    Adapter::from(service)
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

/// Takes the client's address, the request's id and the path from the gateway's own words.
/// `X-Forwarded-For` is the client's word here, and is ignored.
fn vouch(mut request: lambda_http::Request) -> lambda_http::Request {
    let path = request.raw_http_path().to_owned();
    let (address, id, path) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => (
            context.http.source_ip.clone(),
            context.request_id.clone(),
            without_stage(&path, context.stage.as_deref()).to_owned(),
        ),
        Some(RequestContext::ApiGatewayV1(context)) => (
            context.identity.source_ip.clone(),
            context.request_id.clone(),
            path,
        ),
        _ => (None, None, path),
    };
    if let Some(uri) = at_path(request.uri(), &path) {
        *request.uri_mut() = uri;
    }
    let operator = is_signed(request.request_context_ref());
    let extensions = request.extensions_mut();
    if operator {
        extensions.insert(Operator);
    }
    if let Some(address) = address.and_then(|text| text.parse().ok()) {
        extensions.insert(ClientAddress(address));
    }
    if let Some(id) = id {
        extensions.insert(RequestId(id));
    }
    request
}

/// An HTTP API puts the name of its stage before the path, `$default` excepted. A REST API does
/// not; there `lambda_http` does it, which is why the path is taken from the event.
fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    let inner = stage
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage))
        .filter(|inner| inner.starts_with('/'));
    inner.unwrap_or(path)
}

/// The same URI with another path.
fn at_path(uri: &Uri, path: &str) -> Option<Uri> {
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok()
}

/// Whether the gateway checked an IAM signature: it does so on the operator's routes alone.
fn is_signed(context: Option<&RequestContext>) -> bool {
    match context {
        Some(RequestContext::ApiGatewayV2(context)) => {
            let authorizer = context.authorizer.as_ref();
            authorizer.is_some_and(|authorizer| authorizer.iam.is_some())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_of_an_http_api_is_no_part_of_the_path() {
        let path = "/prod/v1/site/login";
        assert_eq!(without_stage(path, Some("prod")), "/v1/site/login");
        assert_eq!(without_stage(path, Some("pro")), path);
        assert_eq!(without_stage(path, Some("$default")), path);
        assert_eq!(without_stage(path, None), path);
        assert_eq!(without_stage("/prod", Some("prod")), "/prod");
    }

    #[test]
    fn a_path_is_changed_and_the_query_is_kept() {
        let uri = Uri::from_static("https://members.shop.example/prod/x?a=b");
        let changed = at_path(&uri, "/x").unwrap();
        assert_eq!(changed, "https://members.shop.example/x?a=b");
    }

    #[test]
    fn only_a_request_that_the_gateway_checked_the_signature_of_is_the_operators() {
        let context = |authorizer: &str| -> RequestContext {
            let context = format!(r#"{{"http":{{"method":"POST"}}{authorizer}}}"#);
            RequestContext::ApiGatewayV2(serde_json::from_str(&context).unwrap())
        };
        assert!(!is_signed(None));
        assert!(!is_signed(Some(&context(""))));
        assert!(!is_signed(Some(&context(r#","authorizer":{}"#))));
        let jwt = r#","authorizer":{"jwt":{"claims":{},"scopes":[]}}"#;
        assert!(!is_signed(Some(&context(jwt))));
        let iam = r#","authorizer":{"iam":{"accountId":"1","userArn":"arn"}}"#;
        assert!(is_signed(Some(&context(iam))));
    }
}
