//! `/_local/clock`: what time the service has. `--time` lets a developer set it forward, to see what
//! expires without waiting for it.

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::base::clock::Clock;

/// How far one call sets the clock forward at most, in seconds: ten years.
const MOST: i64 = 10 * 366 * 86_400;

#[derive(Clone)]
struct Settable {
    clock: Clock,
    by_hand: bool,
}

#[derive(Deserialize)]
struct Forward {
    seconds: i64,
}

#[derive(Serialize)]
struct Shown {
    now: String,
}

/// The routes; the clock is set forward only where it may be moved `by_hand`.
pub fn router(clock: Clock, by_hand: bool) -> Router {
    let routes = Router::new().route("/_local/clock", get(show).post(forward));
    super::with_headers(routes.with_state(Settable { clock, by_hand }))
}

async fn show(State(Settable { clock, .. }): State<Settable>) -> impl IntoResponse {
    let now = clock.now().rfc3339();
    Json(Shown { now })
}

/// Takes `seconds` as a form or as JSON.
async fn forward(State(settable): State<Settable>, body: Bytes) -> Response {
    if !settable.by_hand {
        return refuse("the clock is the system's: start with --time to set it forward");
    }
    let seconds = seconds(&body).filter(|seconds| (1..=MOST).contains(seconds));
    let Some(seconds) = seconds else {
        return refuse("seconds must be a whole number from 1 to 316224000: a clock goes forward");
    };
    settable.clock.advance(seconds);
    show(State(settable)).await.into_response()
}

fn seconds(body: &[u8]) -> Option<i64> {
    let json = serde_json::from_slice(body).ok();
    json.map(|Forward { seconds }| seconds).or_else(|| {
        let mut form = form_urlencoded::parse(body);
        let (_, seconds) = form.find(|(name, _)| name == "seconds")?;
        seconds.parse().ok()
    })
}

fn refuse(message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "message": message }))).into_response()
}
