//! What only Lambda needs: the gateway's word on where a request came from.

use axum::Router;
use lambda_http::{RequestExt, request::RequestContext, tower::ServiceBuilder};

use crate::{client::ClientAddress, journal::RequestId, operator::Operator};

/// Serves `router` to the Lambda runtime until it ends the process.
///
/// # Errors
/// What the runtime API's connection fails with.
pub async fn serve(router: Router) -> Result<(), lambda_http::Error> {
    let service = ServiceBuilder::new().map_request(vouch).service(router);
    lambda_http::run(service).await
}

/// Takes the client's address and the request's id from the gateway's context. `X-Forwarded-For`
/// is the client's own word here, and is ignored.
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
