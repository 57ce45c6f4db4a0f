//! Lambda's side of the runtime API on loopback: one function's binary, fed with one event at a time.

mod answer;
mod build;
mod runtime_api;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::OnceLock,
    time::Duration,
};

use serde_json::Value;
use shared::base::clock::{Clock, Stopwatch};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
    time::timeout,
};

pub use answer::Answer;
pub use build::{FUNCTIONS, build, settings};
pub use runtime_api::Told;
use runtime_api::listen;

/// Longer than any start or answer takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_mins(1);

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
    pub async fn start_binary(binary: &Path, function: &str, settings: &[(&str, &str)]) -> Self {
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
