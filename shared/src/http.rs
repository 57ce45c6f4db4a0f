//! What every function's routes are wrapped in, from the outside in: the log line, the headers,
//! CORS, and per family its envelope around whatever comes back, a panic included.

use std::{any::Any, time::Duration};

use axum::{
    Json, Router,
    extract::Request,
    http::{
        HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};

use crate::{
    app::App,
    envelope::{self, Family},
    error::ApiError,
    journal,
};

/// The header that RageFrame's clients may carry an access token in.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Joins a function's routes of both families into the router that is served.
pub fn router(
    function: &'static str,
    app: App,
    rageframe: Router<App>,
    youhaosuda: Router<App>,
) -> Router {
    let close = |family, routes: Router<App>| {
        routes
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(
                (family, app.clock.clone()),
                envelope::close,
            ))
    };
    close(Family::RageFrame, rageframe)
        .merge(close(Family::Youhaosuda, youhaosuda))
        .layer(cors(&app.config.origins))
        .layer(from_fn(headers))
        .layer(from_fn_with_state(
            (function, app.clone()),
            journal::observe,
        ))
        .with_state(app)
}

/// Browsers of the configured origins may call with credentials, and read the answer.
fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, X_API_KEY])
        .max_age(Duration::from_mins(10))
}

/// Nothing here may be kept by a cache. An undefined path or method is answered as the gateway
/// answers it: the router itself would serve `HEAD` for every `GET`, and CORS every `OPTIONS`.
async fn headers(request: Request, next: Next) -> Response {
    let is_preflight = request
        .headers()
        .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let known = match *request.method() {
        Method::GET | Method::POST => true,
        Method::OPTIONS => is_preflight,
        _ => false,
    };
    let response = if known {
        next.run(request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    };
    let undefined = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
    let mut response = if undefined.contains(&response.status()) {
        let message = "Not Found";
        (StatusCode::NOT_FOUND, Json(Undefined { message })).into_response()
    } else {
        response
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[derive(Serialize)]
struct Undefined {
    message: &'static str,
}

/// A handler gave up. Its message is for the log: it may speak of our code, never of a request.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked: {0}")]
struct Panicked(String);

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands over the payload"
)]
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = (payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned()))
    .or_else(|| payload.downcast_ref::<String>().cloned());
    ApiError::fault(Panicked(text.unwrap_or_default())).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{body::Body, routing::get};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::{
        aws::Aws,
        clock::{Clock, Time},
        config::Config,
        journal::{Journal, Line},
        random::Random,
        store::Store,
    };

    async fn panicking() {
        panic!("the handler's own words");
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_in_the_familys_envelope() {
        let (lines, logged) = std::sync::mpsc::channel::<Line>();
        let lines = std::sync::Mutex::new(lines);
        let aws = Aws::embedded("http://127.0.0.1:1");
        let app = App {
            config: Arc::new(Config::new("table")),
            store: Store::new(&aws, "table"),
            aws,
            clock: Clock::frozen(Time::from_seconds(7)),
            random: Random::seeded(1),
            journal: Journal::to(move |line| lines.lock().unwrap().send(line.clone()).unwrap()),
        };
        let rageframe = Router::new().route("/v1", get(panicking));
        let youhaosuda = Router::new().route("/api", get(panicking));
        let router = router("test", app, rageframe, youhaosuda);
        let sentence = "服务暂时不可用，请稍后再试";
        for (path, expected) in [
            (
                "/v1",
                format!(r#"{{"code":500,"message":"{sentence}","data":[],"timestamp":7}}"#),
            ),
            ("/api", format!(r#"{{"code":500,"message":"{sentence}"}}"#)),
        ] {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, expected);
            let fault = logged.recv().unwrap().fault.unwrap();
            assert_eq!(fault, "a handler panicked: the handler's own words");
        }
    }
}
