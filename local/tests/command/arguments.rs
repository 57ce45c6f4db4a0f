//! What the command refuses to start with: one sentence each, and what to do about it.

use std::net::TcpListener;

use crate::running::{refused, run};

#[test]
fn a_port_in_use_is_one_sentence_which_names_the_argument() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("an address").port().to_string();
    for option in ["--port", "--aws-port"] {
        let said = refused(&[option, &port]);
        let start = format!("huiyuan: cannot listen on 127.0.0.1:{port}: ");
        let end = format!("; {option} N takes another port, {option} 0 a free one");
        assert!(said.starts_with(&start) && said.ends_with(&end), "{said}");
    }
}

#[test]
fn a_port_in_use_in_one_family_is_in_use() {
    let Ok(taken) = TcpListener::bind("[::1]:0") else {
        // This machine has no IPv6, so nothing can be in use there.
        return;
    };
    let port = taken.local_addr().expect("an address").port().to_string();
    let said = refused(&["--port", &port]);
    let start = format!("huiyuan: cannot listen on [::1]:{port}: ");
    assert!(said.starts_with(&start), "{said}");
}

#[test]
fn a_setting_is_refused_with_its_own_sentence() {
    for (setting, sentence) in [
        (
            "HUIYUAN_CAPTCHA=sometimes",
            "huiyuan: the setting HUIYUAN_CAPTCHA must be always, adaptive or never",
        ),
        (
            "HUIYUAN_CAPTCHAS=never",
            "huiyuan: there is no setting HUIYUAN_CAPTCHAS: see docs/deploying.md for those there are",
        ),
    ] {
        assert_eq!(refused(&["--set", setting]), sentence);
    }
}

#[test]
fn an_argument_that_cannot_be_is_refused_where_it_stands() {
    for (arguments, sentence) in [
        (
            ["--origin", "localhost:5173"],
            "the setting HUIYUAN_ORIGINS must be ",
        ),
        (["--set", "HUIYUAN_CAPTCHA"], "it must be NAME=VALUE"),
        (["--host", "localhost"], "invalid IP address"),
        (["--members", "10001"], "10001 is not in 0..=10000"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(said.contains(arguments[0]), "{said}");
        assert!(said.contains(sentence), "{said}");
    }
}
