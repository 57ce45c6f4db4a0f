//! Lambda's side of the runtime API on loopback: one function's binary, fed with one event at a time.

use std::{
    collections::HashMap,
    fs,
    path::{Path as FilePath, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
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
use shared::clock::{Clock, Stopwatch};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc},
    time::timeout,
};

/// Longer than any start or answer takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_mins(1);

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

/// A function's binary, running, and the Lambda it runs in.
pub struct Lambda {
    process: Child,
    /// Runs since right before the process was started.
    pub started: Stopwatch,
    events: mpsc::UnboundedSender<String>,
    asked: mpsc::UnboundedReceiver<()>,
    told: mpsc::UnboundedReceiver<Told>,
    lines: mpsc::UnboundedReceiver<String>,
}

/// What a running runtime API is talked with.
struct Ends {
    address: String,
    events: mpsc::UnboundedSender<String>,
    asked: mpsc::UnboundedReceiver<()>,
    told: mpsc::UnboundedReceiver<Told>,
}

/// Starts the runtime API.
async fn listen() -> Ends {
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

impl Lambda {
    /// Starts the binary of `function`, built as the tests are, with `settings` for its environment,
    /// and nothing else in it but what Lambda gives to every function.
    pub async fn start(function: &str, settings: &[(&str, &str)]) -> Self {
        static BUILT: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
        let built = BUILT.get_or_init(|| build(&[], &FUNCTIONS));
        let binary = built.get(function).expect("the function has a binary");
        Self::start_binary(binary, function, settings).await
    }

    /// The same with a binary that lies elsewhere.
    pub async fn start_binary(
        binary: &FilePath,
        function: &str,
        settings: &[(&str, &str)],
    ) -> Self {
        let ends = listen().await;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", ends.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", function)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_SESSION_TOKEN", "token")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started = Clock::system().stopwatch();
        let mut process = command.spawn().expect("the binary starts");
        let mut printed = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let (line, lines) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok(Some(text)) = printed.next_line().await {
                // A test that has ended does not read.
                let _ = line.send(text);
            }
        });
        Self {
            process,
            started,
            events: ends.events,
            asked: ends.asked,
            told: ends.told,
            lines,
        }
    }

    /// Waits until it asks for work.
    pub async fn asks(&mut self) {
        let asked = timeout(PATIENCE, self.asked.recv()).await;
        asked.expect("it asks in time").expect("the API listens");
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.process.id().expect("it runs")
    }

    /// The most memory it has held so far, in bytes: `VmHWM` of Linux's `/proc/<pid>/status`.
    pub fn peak_memory(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.id())).expect("Linux tells");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|text| text.trim().strip_suffix(" kB"));
        1024 * peak
            .and_then(|text| text.parse::<u64>().ok())
            .expect("it is told in kB")
    }

    /// Hands over an event, and waits for what comes of it.
    pub async fn invoke(&mut self, event: &str) -> Told {
        self.events.send(event.to_owned()).expect("the API listens");
        self.told().await
    }

    /// Hands over an event that is answered, and checks the answer's document.
    pub async fn answer(&mut self, event: &Value) -> Answer {
        match self.invoke(&event.to_string()).await {
            Told::Response(document) => Answer(document),
            other => panic!("{event} was not answered: {other:?}"),
        }
    }

    /// What the binary tells next.
    pub async fn told(&mut self) -> Told {
        let told = timeout(PATIENCE, self.told.recv()).await;
        told.expect("it answers in time").expect("the API listens")
    }

    /// The next line of its log.
    pub async fn line(&mut self) -> Value {
        let line = timeout(PATIENCE, self.lines.recv()).await;
        let line = line.expect("it logs in time").expect("it runs");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"))
    }

    /// Ends it, and waits until it has.
    pub async fn stop(mut self) {
        self.process.kill().await.expect("it can be ended");
    }

    /// Waits until it ends by itself, and tells how, and what it said on standard error.
    pub async fn end(mut self) -> (ExitStatus, String) {
        let status = timeout(PATIENCE, self.process.wait()).await;
        let status = status
            .expect("it ends in time")
            .expect("it can be waited for");
        let mut said = String::new();
        let mut error = self.process.stderr.take().expect("a pipe");
        error.read_to_string(&mut said).await.expect("it is text");
        (status, said)
    }
}

/// What the gateway is to answer.
#[derive(Debug)]
pub struct Answer(pub Value);

impl Answer {
    /// The status that the client sees.
    pub fn status(&self) -> u64 {
        self.0["statusCode"].as_u64().expect("a status")
    }

    /// A header, which stands under `headers` or, of a REST API, under `multiValueHeaders`.
    pub fn header(&self, name: &str) -> Option<&str> {
        let many = self.0["multiValueHeaders"][name][0].as_str();
        self.0["headers"][name].as_str().or(many)
    }

    /// The body, which is text.
    pub fn text(&self) -> &str {
        assert_eq!(self.0["isBase64Encoded"], false, "{}", self.0);
        self.0["body"].as_str().expect("a body")
    }

    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).expect("the body is JSON")
    }

    /// The token that the session cookie holds.
    pub fn session(&self) -> String {
        let in_list = self.0["cookies"][0].as_str();
        let cookie = in_list.or_else(|| self.header("set-cookie"));
        let cookie = cookie
            .expect("a cookie")
            .strip_prefix("_homeland_shop_customer_session=");
        let token = cookie.expect("the session's cookie").split(';').next();
        token.unwrap_or_default().to_owned()
    }
}

/// The functions, each a package and its binary.
pub const FUNCTIONS: [&str; 4] = ["site-auth", "customer-account", "registration", "points"];

/// Builds the binaries of `packages` as `options` of cargo say; gives where each lies, by its name.
pub fn build(options: &[&str], packages: &[&str]) -> HashMap<String, PathBuf> {
    let output = std::process::Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["build", "--locked", "--message-format=json", "--bins"])
        .args(options)
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the binaries are built: {said}");
    let messages = output.stdout.split(|byte| *byte == b'\n');
    let messages = messages.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let built = messages.filter_map(|message| {
        let path = message["executable"].as_str()?;
        Some((message["target"]["name"].as_str()?.to_owned(), path.into()))
    });
    built.collect()
}
