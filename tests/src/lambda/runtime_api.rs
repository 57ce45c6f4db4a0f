//! The runtime API, as Lambda serves it to a function's process.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
};

/// What a binary told Lambda.
#[derive(Debug)]
pub enum Told {
    /// The answer of an invocation.
    Response(Value),
    /// That an invocation failed.
    InvocationError(Value),
    /// That it cannot start.
    InitError(Value),
}

struct Api {
    events: Mutex<mpsc::UnboundedReceiver<String>>,
    asked: mpsc::UnboundedSender<()>,
    told: mpsc::UnboundedSender<Told>,
    served: AtomicU32,
}

/// What a running runtime API is talked with.
pub struct Ends {
    pub address: String,
    pub events: mpsc::UnboundedSender<String>,
    pub asked: mpsc::UnboundedReceiver<()>,
    pub told: mpsc::UnboundedReceiver<Told>,
}

/// Starts the runtime API.
pub async fn listen() -> Ends {
    let (events, waiting) = mpsc::unbounded_channel();
    let (ask, asked) = mpsc::unbounded_channel();
    let (told, heard) = mpsc::unbounded_channel();
    let api = Arc::new(Api {
        events: Mutex::new(waiting),
        asked: ask,
        told,
        served: AtomicU32::new(0),
    });
    let routes = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(answered),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
        .route("/2018-06-01/runtime/init/error", post(cannot_start))
        .with_state(api);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let listener = listener.tap_io(|stream| {
        // Where it is refused, small answers are slow, and nothing else.
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(axum::serve(listener, routes).into_future());
    Ends {
        address,
        events,
        asked,
        told: heard,
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    // Hardly anybody wants to know.
    let _ = api.asked.send(());
    let Some(event) = api.events.lock().await.recv().await else {
        // Nobody feeds it any more: the process is about to be ended.
        return std::future::pending().await;
    };
    let number = api.served.fetch_add(1, Ordering::SeqCst);
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            format!("invocation-{number}"),
        ),
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-1:123456789012:function:x".to_owned(),
        ),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn answered(State(api): State<Arc<Api>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    tell(&api, Told::Response(json(&body)))
}

async fn failed(State(api): State<Arc<Api>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    tell(&api, Told::InvocationError(json(&body)))
}

async fn cannot_start(State(api): State<Arc<Api>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert!(headers.contains_key("lambda-runtime-function-error-type"));
    tell(&api, Told::InitError(json(&body)))
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("the runtime API is spoken to in JSON")
}

fn tell(api: &Api, told: Told) -> StatusCode {
    // A test that has ended does not listen.
    let _ = api.told.send(told);
    StatusCode::ACCEPTED
}
