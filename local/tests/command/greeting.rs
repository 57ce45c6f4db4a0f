//! What the command prints once it listens.

use std::process::Command;

use crate::running::{HUIYUAN, Running, folder};

#[test]
fn the_greeting_is_short_and_its_commands_work_when_pasted() {
    let mut running = Running::start(&[]);
    assert!(running.greeting.len() <= 16, "{:?}", running.greeting);
    assert!(running.address().starts_with("localhost:"));
    let folder = folder("greeting");
    let is_command = |line: &&String| line.starts_with("  curl ");
    let commands: Vec<_> = (running.greeting.iter().filter(is_command).cloned()).collect();
    assert_eq!(commands.len(), 3);
    for command in &commands {
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", command]).current_dir(&folder);
        let output = shell.output().expect("a shell is there");
        let answer = String::from_utf8(output.stdout).expect("text");
        assert!(answer.starts_with("{\"code\":200,"), "{command}: {answer}");
        assert!(answer.contains("demo@example.com"), "{command}: {answer}");
    }
    for path in [
        "/v1/site/login",
        "/api/v1/account/login",
        "/api/v1/account/current",
    ] {
        let line = running.line();
        assert!(line.contains(&format!(" {path} 200 ")), "{line}");
        assert!(line.contains(" trip"), "{line}");
        assert!(!line.contains("1 trips"), "{line}");
        assert!(!line.contains("password"), "{line}");
    }
    running.ask_to_end("-INT");
    assert_eq!(running.wait(), Some(0));
}

#[test]
fn the_greeting_tells_what_it_was_started_with() {
    let running = Running::start(&[]);
    assert_eq!(
        running.greeted("Data: "),
        Some("in memory; --data FILE keeps it")
    );
    let none = "none; --origin http://localhost:5173 allows one";
    assert_eq!(running.greeted("Pages of other origins: "), Some(none));
    assert_eq!(running.greeted("Settings: "), None);
    assert_eq!(running.greeted("Clock: "), None);
    assert_eq!(running.greeted("In this network: "), None);
    running.end();

    let file = folder("greeted").join("members.db");
    let file = file.to_str().expect("text");
    let key = format!("HUIYUAN_CODE_KEY={}", "0a".repeat(32));
    let mut command = Command::new(HUIYUAN);
    command
        .args(["--port", "0", "--aws-port", "0", "--data", file, "--time"])
        .args(["--origin", "http://localhost:5173", "--set", &key])
        .env("HUIYUAN_CAPTCHA", "always")
        .env("HUIYUAN_SOMETHING_ELSE", "1");
    let running = Running::of(command);
    assert_eq!(running.greeted("Data: "), Some(file));
    let one = "http://localhost:5173, with credentials: \"include\"";
    assert_eq!(running.greeted("Pages of other origins: "), Some(one));
    let settings = "HUIYUAN_CAPTCHA=always, HUIYUAN_CODE_KEY=…";
    assert_eq!(running.greeted("Settings: "), Some(settings));
    assert!(running.greeted("Clock: curl ").is_some());
    let captcha = running.post(
        "/api/v1/account/send_regist_validate_sms",
        "mobile=13700000001",
    );
    assert!(captcha.contains("\"code\":214"), "{captcha}");
    running.end();
}

#[test]
fn the_password_is_shown_only_where_it_still_is_that() {
    let file = folder("password").join("members.db");
    let data = ["--data", file.to_str().expect("text")];
    let running = Running::start(&data);
    let demo = "demo, demo@example.com or 13800138000, ";
    let known = format!("{demo}password huiyuan");
    assert_eq!(running.greeted("Demo member: "), Some(known.as_str()));
    let login = "account=demo&password=huiyuan";
    let login = running.ask("POST", "/api/v1/account/login", &[], login);
    let (_, cookie) = login.head.split_once("set-cookie: ").expect("a cookie");
    let (cookie, _) = cookie.split_once(';').expect("attributes");
    let changed = running.ask(
        "POST",
        "/api/v1/account/change_password",
        &[("cookie", cookie)],
        "password_old=huiyuan&password=kingfisher-37&password_again=kingfisher-37",
    );
    assert!(changed.body.contains("\"code\":200"), "{}", changed.body);
    running.end();

    let running = Running::start(&data);
    let changed = format!("{demo}whose password was changed");
    assert_eq!(running.greeted("Demo member: "), Some(changed.as_str()));
    let greeting = running.greeting.join("\n");
    assert!(!greeting.contains("password=huiyuan"), "{greeting}");
    running.end();
}

#[test]
fn more_demo_members_have_points_and_are_made_once() {
    let file = folder("members").join("members.db");
    let data = ["--data", file.to_str().expect("text")];
    for count in ["2", "3"] {
        let running = Running::start(&[data[0], data[1], "--members", count]);
        let more = format!("; demo1 to demo{count}, password huiyuan");
        let demo = running.greeted("Demo member: ").expect("it is said");
        assert!(demo.ends_with(&more), "{demo}");
        let answer = running.post(
            "/v1/site/login",
            &format!("username=demo{count}&password=huiyuan&group=app"),
        );
        let (_, token) = answer.split_once("\"access_token\":\"").expect("a token");
        let (token, _) = token.split_once('"').expect("its end");
        let path = format!("/api/v1/account/reward_point_details?access-token={token}");
        let points = running.get(&path).body;
        let number: i64 = count.parse().expect("a number");
        let total = format!("\"reward_point_total\":{}", 50 + 10 * number);
        assert!(points.contains(&total), "{points}");
        assert!(points.contains("\"items\":3"), "{points}");
        running.end();
    }
}
