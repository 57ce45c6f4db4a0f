//! `GET /_local/captchas`: the captchas that were issued, with what they say.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use registration::captcha::Captchas;
use serde::Serialize;
use shared::base::clock::{Clock, Time};

/// How many captchas are kept; the oldest goes first.
const MOST: usize = 50;

/// More bytes than a new captcha's answer has, a long callback included.
const LONGEST: usize = 64 * 1024;

/// The newest captchas. Cheap to clone: all clones are one list.
#[derive(Clone)]
pub struct IssuedCaptchas {
    clock: Clock,
    captchas: Captchas,
    newest_first: Arc<Mutex<VecDeque<Issued>>>,
}

struct Issued {
    id: String,
    at: Time,
}

#[derive(Serialize)]
struct List {
    captchas: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    value: String,
    issued_at: String,
}

impl IssuedCaptchas {
    /// An empty list of captchas, which are dated by `clock`.
    #[must_use]
    pub fn new(clock: Clock, captchas: Captchas) -> Self {
        Self {
            clock,
            captchas,
            newest_first: Arc::default(),
        }
    }

    /// Keeps what the routes of `service` issue.
    pub fn of(&self, service: Router) -> Router {
        service.layer(from_fn_with_state(self.clone(), keep))
    }

    /// The route.
    pub fn router(self) -> Router {
        let routes = Router::new().route("/_local/captchas", get(list));
        super::with_headers(routes.with_state(self))
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Issued>> {
        // A panic leaves no captcha half written.
        let kept = self.newest_first.lock();
        kept.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those that can still be answered: others say nothing any more.
async fn list(State(issued): State<IssuedCaptchas>) -> Json<List> {
    let kept = issued.kept();
    let shown = kept.iter().filter_map(|captcha| {
        Some(Shown {
            id: captcha.id.clone(),
            value: issued.captchas.reveal(&captcha.id)?,
            issued_at: captcha.at.rfc3339(),
        })
    });
    let captchas = shown.collect();
    Json(List { captchas })
}

async fn keep(State(issued): State<IssuedCaptchas>, request: Request, next: Next) -> Response {
    let is_new = request.uri().path() == "/captcha";
    let response = next.run(request).await;
    if !is_new {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let id = std::str::from_utf8(&bytes).ok().and_then(id_in);
    if let Some(id) = id.filter(|id| issued.captchas.reveal(id).is_some()) {
        let mut kept = issued.kept();
        kept.truncate(MOST - 1);
        kept.push_front(Issued {
            id: id.to_owned(),
            at: issued.clock.now(),
        });
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The id in an answer, which is JSON, or a call with it.
fn id_in(answer: &str) -> Option<&str> {
    let (_, rest) = answer.split_once("\"id\":\"")?;
    Some(rest.split_once('"')?.0)
}
