//! The command as a developer uses it: what it prints, what it keeps, how it ends.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

const HUIYUAN: &str = env!("CARGO_BIN_EXE_huiyuan");

/// A folder of the test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// A running service.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    greeting: Vec<String>,
}

impl Running {
    fn start(more: &[&str]) -> Self {
        let mut child = Command::new(HUIYUAN)
            .args(["--port", "0", "--aws-port", "0"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut greeting = Vec::new();
        while greeting
            .last()
            .is_none_or(|line: &String| !line.contains("current"))
        {
            greeting.push(line(&mut output));
        }
        Self {
            child,
            output,
            greeting,
        }
    }

    /// Host and port of the service.
    fn address(&self) -> &str {
        let (_, address) = self.greeting[0].split_once("http://").expect("an address");
        address
    }

    fn ask_to_end(&self, signal: &str) {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args([signal, &id]).status();
        assert!(killed.expect("kill is there").success());
    }

    fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

fn line(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    assert!(!line.is_empty(), "the command ended early");
    line.trim_end().to_owned()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(HUIYUAN)
        .args(arguments)
        .output()
        .expect("the command runs")
}

/// Sends a form and gives the answer's body.
fn post(address: &str, path: &str, form: &str) -> String {
    let mut stream = send(address, path, form);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}

#[test]
fn a_client_is_told_by_the_last_hop_that_forwarded_it() {
    let running = Running::start(&[]);
    let form = "username=demo&password=huiyuan&group=app";
    let answer = post(running.address(), "/v1/site/login", form);
    assert!(answer.contains("\"last_ip\":\"198.51.100.7\""), "{answer}");
    running.ask_to_end("-TERM");
    assert_eq!(running.wait(), Some(0));
}

fn send(address: &str, path: &str, form: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         x-forwarded-for: 203.0.113.9, 198.51.100.7\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        form.len()
    );
    stream
        .write_all((head + form).as_bytes())
        .expect("it reads");
    stream
}

#[test]
fn a_path_without_a_route_is_answered_as_the_gateway_answers_it() {
    let running = Running::start(&[]);
    let mut answer = String::new();
    let mut stream = send(running.address(), "/nope", "");
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.ends_with("{\"message\":\"Not Found\"}"), "{answer}");
    running.ask_to_end("-TERM");
    assert_eq!(running.wait(), Some(0));
}

fn register(name: &str) -> String {
    format!("account={name}&password=123456&password_again=123456")
}

#[test]
fn the_greeting_is_short_and_its_commands_work_when_pasted() {
    let mut running = Running::start(&[]);
    assert!(running.greeting.len() <= 12, "{:?}", running.greeting);
    let folder = folder("greeting");
    let is_command = |line: &&String| line.starts_with("  curl ");
    let commands: Vec<_> = running
        .greeting
        .iter()
        .filter(is_command)
        .cloned()
        .collect();
    assert_eq!(commands.len(), 3);
    for command in &commands {
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", command]).current_dir(&folder);
        let output = shell.output().expect("a shell is there");
        let answer = String::from_utf8(output.stdout).expect("text");
        assert!(answer.starts_with("{\"code\":200,"), "{command}: {answer}");
        assert!(answer.contains("demo@example.com"), "{command}: {answer}");
    }
    assert_eq!(line(&mut running.output), "");
    for path in [
        "/v1/site/login",
        "/api/v1/account/login",
        "/api/v1/account/current",
    ] {
        let line = line(&mut running.output);
        assert!(line.contains(&format!(" {path} 200 ")), "{line}");
        assert!(line.contains(" trips, "), "{line}");
        assert!(!line.contains("password"), "{line}");
    }
    running.ask_to_end("-INT");
    assert_eq!(running.wait(), Some(0));
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("an address").port().to_string();
    for arguments in [
        ["--port", &port, "--aws-port", "0"],
        ["--port", "0", "--aws-port", &port],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(
            said.starts_with(&format!("huiyuan: cannot listen on 127.0.0.1:{port}: ")),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1);
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn an_unreadable_file_is_one_sentence() {
    let folder = folder("unreadable");
    let rubbish = folder.join("rubbish.db");
    fs::write(
        &rubbish,
        "this is no database, but it is long enough to be one",
    )
    .expect("a file");
    for file in [folder.as_path(), &rubbish] {
        let file = file.to_str().expect("text");
        let output = run(&["--port", "0", "--aws-port", "0", "--data", file]);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(
            said.starts_with(&format!("huiyuan: cannot open the database {file}: ")),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1);
    }
}

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    let running = Running::start(&[]);
    let address = running.address().to_owned();
    let path = "/api/v1/account/register_with_user_name";
    let mut under_way = send(&address, path, &register("yhsduser"));
    // Connections are taken in turn: once a later one is answered, the first has been taken.
    post(&address, "/api/v1/account/logout", "");
    // Idle connections do not hold up the end.
    let _idle = TcpStream::connect(&address).expect("it listens");
    running.ask_to_end("-TERM");
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains("{\"code\":200,"), "{answer}");
    assert_eq!(running.wait(), Some(0));
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_file_keeps_the_members_and_their_sessions() {
    let file = folder("data").join("members.db");
    let file = file.to_str().expect("text");
    let login = "/api/v1/account/login";
    let first = Running::start(&["--data", file]);
    let path = "/api/v1/account/register_with_user_name";
    post(first.address(), path, &register("yhsduser"));
    first.ask_to_end("-TERM");
    assert_eq!(first.wait(), Some(0));

    let again = Running::start(&["--data", file]);
    let answer = post(again.address(), login, "account=yhsduser&password=123456");
    assert!(answer.starts_with("{\"code\":200,"), "{answer}");
    let answer = post(again.address(), path, &register("demo"));
    assert!(answer.contains("用户名已被注册"), "{answer}");
    again.ask_to_end("-TERM");
    assert_eq!(again.wait(), Some(0));
}
