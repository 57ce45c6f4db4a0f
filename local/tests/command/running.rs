//! A running command, and requests to it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

pub const HUIYUAN: &str = env!("CARGO_BIN_EXE_huiyuan");

/// The last words of the greeting.
const END: &str = "write units (W).";

/// A folder of the test's own, empty.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// Runs the command to its end, on free ports where none is given.
pub fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(HUIYUAN);
    for port in ["--port", "--aws-port"] {
        if !arguments.contains(&port) {
            command.args([port, "0"]);
        }
    }
    let output = command.args(arguments).output();
    output.expect("the command runs")
}

/// Runs a command that must not start, and gives its one sentence.
pub fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(said.lines().count(), 1, "{said}");
    said.trim_end().to_owned()
}

/// A running service.
pub struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    pub greeting: Vec<String>,
}

impl Running {
    pub fn start(more: &[&str]) -> Self {
        let mut command = Command::new(HUIYUAN);
        command.args(["--port", "0", "--aws-port", "0"]).args(more);
        Self::of(command)
    }

    pub fn of(mut command: Command) -> Self {
        let mut child = (command.stdout(Stdio::piped()).spawn()).expect("the command starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut running = Self {
            child,
            output,
            greeting: Vec::new(),
        };
        while running
            .greeting
            .last()
            .is_none_or(|line| !line.ends_with(END))
        {
            let line = running.line();
            running.greeting.push(line);
        }
        assert_eq!(running.line(), "");
        running
    }

    /// The rest of the line of the greeting that begins so.
    pub fn greeted(&self, start: &str) -> Option<&str> {
        let mut lines = self.greeting.iter();
        lines.find_map(|line| line.strip_prefix(start))
    }

    /// Host and port of the service.
    pub fn address(&self) -> &str {
        let (_, address) = self.greeting[0].split_once("http://").expect("an address");
        address
    }

    pub fn port(&self) -> u16 {
        let (_, port) = self.address().rsplit_once(':').expect("a port");
        port.parse().expect("a number")
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the command ended early");
        line.trim_end().to_owned()
    }

    pub fn ask_to_end(&self, signal: &str) {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args([signal, &id]).status();
        assert!(killed.expect("kill is there").success());
    }

    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    pub fn end(self) {
        self.ask_to_end("-TERM");
        assert_eq!(self.wait(), Some(0));
    }

    /// Sends a request with these headers, `host` being the service's own where there is none, and gives
    /// the status and the body.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], form: &str) -> Answer {
        ask(self.address(), method, path, headers, form)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Sends a form and gives the answer's body.
    pub fn post(&self, path: &str, form: &str) -> String {
        let answer = self.ask("POST", path, &[], form);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

pub fn ask(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    form: &str,
) -> Answer {
    read(&mut send(address, method, path, headers, form))
}

pub fn send(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    form: &str,
) -> TcpStream {
    let length = form.len().to_string();
    let mut all = vec![("connection", "close"), ("content-length", &length)];
    if !headers.iter().any(|(name, _)| *name == "host") {
        all.push(("host", address));
    }
    if !form.is_empty() {
        all.push(("content-type", "application/x-www-form-urlencoded"));
    }
    all.extend(headers);
    let headers = all
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let headers: String = headers.collect();
    let head = format!("{method} {path} HTTP/1.1\r\n{headers}\r\n");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let sent = stream.write_all((head + form).as_bytes());
    sent.expect("it reads");
    stream
}

pub fn read(stream: &mut TcpStream) -> Answer {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).expect("a status");
    Answer {
        status: status.parse().expect("a number"),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

pub fn registration(name: &str) -> String {
    format!("account={name}&password=kingfisher-37&password_again=kingfisher-37")
}
