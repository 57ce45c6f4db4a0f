//! Who may look at `/_local` and act as the operator, by real connections.

use std::net::{IpAddr, TcpStream, UdpSocket};

use crate::running::{Running, ask};

const CREDIT: &str = "key=k&point=100&desc=gift";

#[test]
fn this_machine_is_reached_in_both_families() {
    let running = Running::start(&[]);
    let port = running.port();
    for host in ["127.0.0.1", "[::1]"] {
        let address = format!("{host}:{port}");
        if host == "[::1]" && TcpStream::connect(&address).is_err() {
            // This machine has no IPv6.
            assert!(std::net::TcpListener::bind("[::1]:0").is_err());
            continue;
        }
        assert_eq!(
            ask(&address, "GET", "/_local/messages", &[], "").status,
            200
        );
    }
    let root = running.get("/");
    assert_eq!(root.status, 307);
    assert!(
        root.head.contains("location: /_local/\r\n"),
        "{}",
        root.head
    );
    running.end();
}

#[test]
fn a_web_page_credits_no_points_and_reads_no_message() {
    let mut running = Running::start(&["--origin", "http://localhost:5173"]);
    let login = running.post("/api/v1/account/login", "account=demo&password=huiyuan");
    assert!(running.line().contains(" 200 "));
    let (_, id) = login.split_once("\"id\":").expect("an id");
    let (id, _) = id.split_once(',').expect("its end");
    let points = format!("/admin/members/{id}/points");
    let own = format!("http://{}", running.address());
    let inbox = running.greeted("Inbox: ").expect("it is said").to_owned();
    let (_, token) = inbox.split_once('#').expect("a token");
    for headers in [
        &[("host", "evil.example")][..],
        &[("host", "evil.example"), ("x-huiyuan-token", token)],
        &[("origin", "http://evil.example")],
        &[
            ("origin", "http://localhost:5173"),
            ("x-huiyuan-token", token),
        ],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("x-huiyuan-token", token)],
        &[("origin", &own)],
        &[("origin", &own), ("x-huiyuan-token", "0")],
        &[("sec-fetch-site", "same-origin")],
    ] {
        let refused = running.ask("POST", &points, headers, CREDIT);
        assert_eq!(refused.status, 403, "{headers:?}");
        assert!(running.line().contains(" 403: "), "{headers:?}");
        for path in ["/_local/messages", "/_local/captchas", "/_local/clock"] {
            let refused = running.ask("GET", path, headers, "");
            assert_eq!(refused.status, 403, "{headers:?} {path}");
            assert!(running.line().contains(" 403: "));
        }
    }
    // What was refused has changed nothing, and curl and the page of the inbox are let in.
    let ledger = running.get(&points);
    assert!(ledger.body.contains("\"is_empty\":true"), "{}", ledger.body);
    let page = [("origin", own.as_str()), ("x-huiyuan-token", token)];
    let credited = running.ask("POST", &points, &page, CREDIT);
    assert!(
        credited.body.contains("\"balance\":100"),
        "{}",
        credited.body
    );
    running.end();
}

#[test]
fn a_web_page_reaches_no_table() {
    let running = Running::start(&[]);
    let aws = running
        .greeting
        .iter()
        .find(|line| line.starts_with("Embedded AWS"));
    let (_, aws) = aws
        .expect("it is said")
        .rsplit_once("http://")
        .expect("an address");
    let target = ("x-amz-target", "DynamoDB_20120810.ListTables");
    let content_type = ("content-type", "application/x-amz-json-1.0");
    for browser in [
        ("origin", "http://evil.example"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let answer = ask(aws, "POST", "/", &[browser, target, content_type], "");
        assert_eq!(answer.status, 403);
        let sms = "Action=Publish&PhoneNumber=%2B8613700000001&Message=x";
        assert_eq!(ask(aws, "POST", "/", &[browser], sms).status, 403);
    }
    let messages = running.get("/_local/messages").body;
    assert_eq!(messages, "{\"messages\":[],\"total\":0}");
    running.end();
}

#[test]
fn a_phone_of_the_network_reaches_the_members_alone() {
    let Some(address) = in_network() else {
        // This machine is in no network.
        return;
    };
    let running = Running::start(&["--host", "0.0.0.0"]);
    let there = format!("{address}:{}", running.port());
    let network = running.greeted("In this network: ").expect("it is said");
    assert!(
        network.starts_with(&format!("http://{there} ")),
        "{network}"
    );
    let current = ask(&there, "GET", "/api/v1/account/current", &[], "");
    assert_eq!(current.status, 200);
    for path in [
        "/_local/",
        "/_local/messages",
        "/_local/clock",
        "/admin/members/1/points",
    ] {
        for host in [there.as_str(), running.address()] {
            let headers = [("host", host), ("x-forwarded-for", "127.0.0.1")];
            let refused = ask(&there, "GET", path, &headers, "");
            assert_eq!(refused.status, 403, "{path}");
        }
    }
    let mail = "email=demo@example.com";
    running.post("/api/v1/account/reset_password_with_email", mail);
    let link = format!("http://{there}/");
    let sent = (0..50).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        running.get("/_local/messages").body.contains(&link)
    });
    assert!(
        sent,
        "the link leads to where the phone reaches the service"
    );
    running.end();
}

/// The address of this machine in its network, if it has one.
fn in_network() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback()).then_some(address)
}
