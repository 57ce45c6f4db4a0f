//! What every function's routes are wrapped in, from the outside in: the log line, the headers,
//! CORS, and per family its envelope around whatever comes back, a panic and a passed deadline
//! included.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, HeaderName, X_CONTENT_TYPE_OPTIONS,
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
    http::{
        envelope::{self, Family},
        error::ApiError,
        routes::{Families, Show},
    },
};

/// The header that RageFrame's clients may carry an access token in.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Joins a function's routes into the router that is served.
pub fn router(function: &'static str, app: App, routes: Families<App>) -> Router {
    let Families {
        rageframe,
        youhaosuda,
        pages,
        show,
    } = routes;
    let guard = |routes: Router<App>| {
        routes
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(
                app.config.deadline,
                super::middleware::deadline::keep,
            ))
    };
    let close = |family, routes| {
        let state = (family, app.clock.clone());
        guard(routes).layer(from_fn_with_state(state, envelope::close))
    };
    close(Family::RageFrame, rageframe.into_router())
        .merge(close(Family::Youhaosuda, youhaosuda.into_router()))
        .merge(guard(pages.into_router()).layer(from_fn_with_state(show, shown)))
        .layer(cors(&app.config.origins))
        .layer(from_fn(headers))
        .layer(from_fn_with_state(
            (function, app.clone()),
            super::middleware::observe::observe,
        ))
        .layer(from_fn_with_state(
            Arc::clone(&app.config),
            super::middleware::viewer::believe,
        ))
        .with_state(app)
}

/// Makes a page of an error.
async fn shown(State(show): State<Show>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        Some(error) => show(&headers, &error),
        None => response,
    }
}

/// The headers that clients of either family send from a browser.
const ALLOWED_HEADERS: [&str; 14] = [
    "authorization",
    "content-type",
    "x-api-key",
    "x-requested-with",
    "device-name",
    "device-id",
    "width",
    "height",
    "os",
    "os-version",
    "merchant-id",
    "store-id",
    "api-version",
    "app-version",
];

/// Browsers of the configured origins may call with credentials, and read the answer.
fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(ALLOWED_HEADERS.map(HeaderName::from_static))
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

/// What the gateway says where there is no route.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Undefined {
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
    use axum::{body::Body, http::HeaderMap};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::{
        aws::Aws,
        base::{
            clock::{Clock, Time},
            random::Random,
            secret_key::SecretKey,
        },
        config::{Config, deadline::Deadline},
        http::{envelope::Outcome, routes::Routes},
        store::Store,
        telemetry::{line::Line, request_log::RequestLog},
    };

    async fn panicking() {
        panic!("the handler's own words");
    }

    async fn hanging() {
        std::future::pending::<()>().await;
    }

    /// How the test's page says that something went wrong.
    fn page(_: &HeaderMap, error: &ApiError) -> Response {
        let mut response = "a page".into_response();
        response.extensions_mut().insert(Outcome {
            code: 500,
            fault: error.cause(),
            throttled: false,
        });
        response
    }

    /// Asks both families and a page, and gives what one line of the log says of each.
    async fn faults<H, T>(handler: H) -> [String; 3]
    where
        H: axum::handler::Handler<T, App> + Copy,
        T: 'static,
    {
        let (lines, logged) = std::sync::mpsc::channel::<Line>();
        let lines = std::sync::Mutex::new(lines);
        let aws = Aws::embedded("http://127.0.0.1:1");
        let config = Config {
            deadline: Deadline::after(Duration::from_millis(20)),
            ..Config::new("table", SecretKey::random(&Random::seeded(1)))
        };
        let app = App {
            store: Store::new(&aws, &config),
            config: Arc::new(config),
            aws,
            clock: Clock::frozen(Time::from_seconds(7)),
            random: Random::seeded(1),
            request_log: RequestLog::to(move |line| {
                lines.lock().unwrap().send(line.clone()).unwrap();
            }),
        };
        let [rageframe, youhaosuda, pages] =
            ["/v1", "/api", "/page"].map(|path| Routes::default().get(path, handler));
        let families = Families {
            rageframe,
            youhaosuda,
            pages,
            show: page,
        };
        let router = router("test", app, families);
        let sentence = "服务暂时不可用，请稍后再试";
        let mut faults = Vec::new();
        for (path, expected) in [
            (
                "/v1",
                format!(r#"{{"code":500,"message":"{sentence}","data":[],"timestamp":7}}"#),
            ),
            ("/api", format!(r#"{{"code":500,"message":"{sentence}"}}"#)),
            ("/page", "a page".to_owned()),
        ] {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, expected);
            faults.push(logged.recv().unwrap().fault.unwrap());
            assert!(logged.try_recv().is_err(), "there is one line");
        }
        faults.try_into().unwrap()
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_in_the_familys_envelope_or_on_a_page() {
        let fault = "a handler panicked: the handler's own words";
        assert_eq!(faults(panicking).await, [fault; 3]);
    }

    #[tokio::test]
    async fn a_passed_deadline_is_a_fault_in_the_familys_envelope_or_on_a_page() {
        let fault = "there was no answer within 20 ms";
        assert_eq!(faults(hanging).await, [fault; 3]);
    }
}
