//! Writes a request's line in the log once its answer is ready.

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};

use crate::{
    app::App,
    domain::client_address::ClientAddress,
    http::envelope::Outcome,
    telemetry::{
        line::{self, Line, Notes, RequestId},
        usage::{self, Usage},
    },
};

/// Writes a request's line once its answer is ready.
pub(in crate::http) async fn observe(
    State((function, app)): State<(&'static str, App)>,
    request: Request,
    next: Next,
) -> Response {
    let stopwatch = app.clock.stopwatch();
    let extensions = request.extensions();
    let path = extensions.get::<MatchedPath>();
    let client = extensions.get::<ClientAddress>();
    let mut line = Line {
        time: app.clock.now(),
        request_id: extensions.get::<RequestId>().map(|id| id.0.clone()),
        function,
        method: request.method().clone(),
        endpoint: path.map(|path| path.as_str().to_owned()),
        path: request.uri().path().to_owned(),
        code: 0,
        milliseconds: 0.0,
        cold: app.request_log.is_first(),
        usage: Usage::default(),
        client: client.map(|address| address.network().to_string()),
        fault: None,
        throttled: false,
        notes: Notes::default(),
    };
    let answer = line::with_notes(next.run(request));
    let ((mut response, notes), usage) = usage::measure(answer).await;
    line.usage = usage;
    line.notes = notes;
    line.milliseconds = stopwatch.elapsed().as_secs_f64() * 1000.0;
    match response.extensions_mut().remove::<Outcome>() {
        Some(outcome) => {
            line.code = outcome.code;
            line.fault = outcome.fault;
            line.throttled = outcome.throttled;
        }
        None => line.code = response.status().as_u16(),
    }
    app.request_log.write(&line);
    response
}
