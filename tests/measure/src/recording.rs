//! Storage that answers at once: what DynamoDB, SNS and SES said to a request once is said again,
//! from memory, without a table behind it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    serve::ListenerExt,
};
use huiyuan::aws::listen;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Longer than anything that is sent here.
const MOST: usize = 1024 * 1024;

const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-crc32");

/// What was answered, by what was asked. Of calls that look alike, in the order they were made.
pub type Recording = HashMap<String, Vec<Said>>;

/// An answer.
#[derive(Clone)]
pub struct Said {
    status: StatusCode,
    kind: Option<HeaderValue>,
    checksum: Option<HeaderValue>,
    body: Bytes,
}

impl IntoResponse for Said {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        headers.extend(self.kind.map(|kind| (CONTENT_TYPE, kind)));
        headers.extend(self.checksum.map(|checksum| (CHECKSUM, checksum)));
        (self.status, headers, self.body).into_response()
    }
}

enum Mode {
    Pass,
    Record(Recording),
    Replay(Arc<Recording>, HashMap<String, usize>),
}

/// An AWS that hands calls on, and can answer in its stead.
#[derive(Clone)]
pub struct Recorder {
    pub url: String,
    behind: String,
    client: Client<HttpConnector, Body>,
    mode: Arc<Mutex<Mode>>,
}

impl Recorder {
    /// Starts one before the AWS at `behind`, to which it hands everything on.
    pub async fn start(behind: &str) -> Self {
        let listener = listen(0).await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let recorder = Self {
            url: format!("http://{address}"),
            behind: behind.to_owned(),
            client: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            mode: Arc::new(Mutex::new(Mode::Pass)),
        };
        let routes = Router::new().fallback(answer).with_state(recorder.clone());
        let listener = listener.tap_io(|stream| {
            // Where it is refused, small answers are slow, and nothing else.
            let _ = stream.set_nodelay(true);
        });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        recorder
    }

    /// Writes down from now on what is answered.
    pub fn record(&self) {
        self.be(Mode::Record(Recording::new()));
    }

    /// What was answered since [`record`](Self::record); hands everything on from now.
    pub fn recorded(&self) -> Arc<Recording> {
        match self.be(Mode::Pass) {
            Mode::Record(recording) => Arc::new(recording),
            Mode::Pass | Mode::Replay(..) => panic!("nothing was being recorded"),
        }
    }

    /// Answers from now on what was recorded.
    pub fn replay(&self, recording: &Arc<Recording>) {
        self.be(Mode::Replay(Arc::clone(recording), HashMap::new()));
    }

    fn be(&self, mode: Mode) -> Mode {
        std::mem::replace(&mut *self.mode.lock().expect("a lock"), mode)
    }

    /// What was recorded for a call; `None` where calls are handed on.
    fn remembered(&self, call: &str) -> Option<Said> {
        let Mode::Replay(recording, said) = &mut *self.mode.lock().expect("a lock") else {
            return None;
        };
        let answers = recording.get(call);
        let answers = answers.unwrap_or_else(|| panic!("{call} was not recorded"));
        let turn = said.entry(call.to_owned()).or_default();
        *turn += 1;
        Some(answers[(*turn - 1) % answers.len()].clone())
    }
}

async fn answer(State(recorder): State<Recorder>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, MOST).await.expect("a call is whole");
    let call = name(&parts.headers, parts.uri.path(), &body);
    if let Some(said) = recorder.remembered(&call) {
        return said.into_response();
    }
    let uri = format!("{}{}", recorder.behind, parts.uri.path());
    parts.uri = uri.parse().expect("a path on an address");
    let request = Request::from_parts(parts, Body::from(body));
    let response = recorder.client.request(request).await;
    let (parts, body) = response.expect("the AWS behind answers").into_parts();
    let said = Said {
        status: parts.status,
        kind: parts.headers.get(CONTENT_TYPE).cloned(),
        checksum: parts.headers.get(CHECKSUM).cloned(),
        body: to_bytes(Body::new(body), MOST).await.expect("it is whole"),
    };
    if let Mode::Record(recording) = &mut *recorder.mode.lock().expect("a lock") {
        recording.entry(call).or_default().push(said.clone());
    }
    said.into_response()
}

/// What a call is recognized by when it is made again with other times and tokens: its operation,
/// what kind of item it is about, and what it does to that.
fn name(headers: &HeaderMap, path: &str, body: &[u8]) -> String {
    let target = headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    let body = std::str::from_utf8(body).unwrap_or_default();
    let kind = after(body, r#""pk":{"S":""#, &['#', '"']);
    let kind = kind.or_else(|| after(body, r#":pk":{"S":""#, &['#', '"']));
    let update = after(body, r#""UpdateExpression":""#, &['"']);
    let update = update.or_else(|| after(body, r#""KeyConditionExpression":""#, &['"']));
    let parts = [target.or(Some(path)), kind, update];
    parts.map(Option::unwrap_or_default).join(" ")
}

/// What stands between `begin` and the next of `ends`.
fn after<'a>(text: &'a str, begin: &str, ends: &[char]) -> Option<&'a str> {
    let (_, rest) = text.split_once(begin)?;
    rest.split(ends).next()
}
