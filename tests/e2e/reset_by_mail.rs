//! `POST /api/v1/account/reset_password_with_email`, and the page behind the mail, as a browser
//! without JavaScript goes through it.

mod asked;

use std::future::IntoFuture;

use serde_json::json;

use crate::support::{PUBLIC_URL, Reply, Service, with_password};

pub const ASK: &str = "/api/v1/account/reset_password_with_email";
pub const EMAIL: &str = "zoe.li@example.com";

pub async fn member(service: &Service) -> String {
    let fields = with_password("Zoe.Li@Example.com", "123456");
    let request = service.post("/api/v1/account/register_with_email");
    let reply = request.form(&fields).await;
    reply.cookie().expect("registration hands over a session")
}

pub async fn ask(service: &Service, email: &str) -> Reply {
    service.post(ASK).form(&[("email", email)]).await
}

/// The path of the newest mail's link.
pub async fn link(service: &Service) -> String {
    let mails = service.inbox.to(EMAIL).await;
    let text = &mails.first().expect("a mail").body;
    let link = text
        .split_whitespace()
        .find(|word| word.starts_with(PUBLIC_URL));
    let link = link.expect("a link").strip_prefix(PUBLIC_URL);
    link.expect("it is checked").to_owned()
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.bytes.clone()).expect("a page is UTF-8")
}

/// The hidden field of the form.
fn token(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"token\" value=\"").expect("a token");
    rest.split('"').next().expect("it ends").to_owned()
}

async fn submit(service: &Service, token: &str, password: &str, again: &str) -> Reply {
    let fields = [
        ("token", token),
        ("password", password),
        ("password_again", again),
    ];
    let request = service.post("/reset_password").form(&fields);
    request.header("origin", "null").await
}

#[tokio::test]
async fn a_page_of_another_site_sets_no_password_and_takes_no_cookie() {
    let service = Service::start().await;
    member(&service).await;
    ask(&service, "zoe.li@example.com").await;
    let mails = service.inbox.all().await;
    let (_, link) = mails[0].body.split_once("?token=").expect("a link");
    let token = link.split_whitespace().next().expect("a token");
    let before = service.dump().await;
    let fields = [
        ("token", token),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    let form = service.post("/reset_password").form(&fields);
    let reply = form.header("origin", "https://evil.example").await;
    assert!(String::from_utf8_lossy(&reply.bytes).contains(INVALID));
    assert_eq!(reply.cookie(), None);
    assert_eq!(service.dump().await, before);
    let done = submit(&service, token, "654321", "654321").await;
    assert!(String::from_utf8_lossy(&done.bytes).contains(DONE));
}

const INVALID: &str = "链接已失效";
const DONE: &str = "密码已更新";

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_link() {
    let service = Service::start().await;
    let session = member(&service).await;
    let reply = ask(&service, " ZOE.li@example.com ").await;
    assert_eq!(reply.body, json!({"code": 200, "message": ""}));
    let mails = service.inbox.all().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, EMAIL);
    assert_eq!(
        mails[0].subject.as_deref(),
        Some("重设密码 / Reset your password")
    );
    let html = mails[0].html.as_deref().expect("an HTML part");
    for part in [&*mails[0].body, html] {
        assert!(part.contains("60 分钟") && part.contains("60 minutes"));
        assert!(part.contains(&link(&service).await));
    }

    let path = link(&service).await;
    for _ in 0..2 {
        let page = text(&service.get(&path).await);
        assert!(page.contains("zo***@example.com") && !page.contains("zoe.li"));
        assert!(!page.contains("<script"));
    }
    let page = text(&service.get(&path).await);
    let token = token(&page);
    for (password, again, complaint) in [
        ("", "", "请输入新密码。"),
        ("12345", "12345", "密码须为 6–255 个字符。"),
        ("654321", "654322", "两次输入的密码不一致。"),
        ("654321", "", "两次输入的密码不一致。"),
    ] {
        let page = text(&submit(&service, &token, password, again).await);
        let (before, after) = page.split_once(complaint).expect("the complaint");
        let field = if again == password {
            "id=\"password\""
        } else {
            "id=\"password_again\""
        };
        let beside = before.rsplit("<input").next().expect("a field");
        assert!(beside.contains(field), "{beside}");
        assert!(after.contains("<button") && page.contains("zo***@example.com"));
        assert!(password.is_empty() || !page.contains(&format!("value=\"{password}\"")));
    }
    assert!(service.logs_in(EMAIL, "123456").await);

    let reply = submit(&service, &token, "654321", "654321").await;
    assert!(text(&reply).contains(DONE));
    assert_eq!(reply.cookie().as_deref(), Some(""));
    let current = service.get("/api/v1/account/current").cookie(&session);
    assert_eq!(current.await.body["customer"], json!(null));
    assert!(!service.logs_in(EMAIL, "123456").await);
    assert!(service.logs_in(EMAIL, "654321").await);

    assert!(text(&service.get(&path).await).contains(INVALID));
    let reply = submit(&service, &token, "another1", "another1").await;
    assert!(text(&reply).contains(INVALID));
    assert!(service.logs_in(EMAIL, "654321").await);
    assert_eq!(service.messages().await, 1);
}

/// Sets a password by the link of the newest mail.
pub async fn set_password(service: &Service, password: &str) {
    let page = text(&service.get(&link(service).await).await);
    let reply = submit(service, &token(&page), password, password).await;
    assert!(text(&reply).contains(DONE));
}

#[tokio::test]
async fn a_link_is_good_for_an_hour_or_until_one_is_used() {
    let service = Service::start().await;
    member(&service).await;
    let mut links = Vec::new();
    for _ in 0..3 {
        ask(&service, EMAIL).await;
        links.push(link(&service).await);
        service.advance(60);
    }
    for link in &links {
        assert!(
            text(&service.get(link).await).contains("zo***"),
            "each is good"
        );
    }
    service.advance(3600 - 180 - 1);
    assert!(text(&service.get(&links[0]).await).contains("zo***"));
    service.advance(1);
    assert!(text(&service.get(&links[0]).await).contains(INVALID));
    let page = text(&service.get(&links[1]).await);
    let reply = submit(&service, &token(&page), "654321", "654321").await;
    assert!(text(&reply).contains(DONE));
    for link in &links {
        assert!(
            text(&service.get(link).await).contains(INVALID),
            "none is good any more"
        );
    }
    ask(&service, EMAIL).await;
    set_password(&service, "another1").await;
}

#[tokio::test]
async fn a_strangers_requests_leave_the_owners_link() {
    let service = Service::start().await;
    member(&service).await;
    ask(&service, EMAIL).await;
    let path = link(&service).await;
    for number in 0..10 {
        let request = service.post(ASK).form(&[("email", EMAIL)]);
        request.from(&format!("198.51.100.{number}")).await;
        service.advance(100);
    }
    assert_eq!(service.messages().await, 3, "a mailbox gets three an hour");
    let page = text(&service.get(&path).await);
    let reply = submit(&service, &token(&page), "654321", "654321").await;
    assert!(text(&reply).contains(DONE));
}

#[tokio::test]
async fn of_parallel_submissions_of_a_link_one_counts() {
    let service = Service::start().await;
    member(&service).await;
    ask(&service, EMAIL).await;
    let page = text(&service.get(&link(&service).await).await);
    let token = token(&page);
    let requests: Vec<_> = (0..6)
        .map(|number| {
            let password = format!("parallel{number}");
            let fields = [
                ("token", &*token),
                ("password", &password),
                ("password_again", &password),
            ];
            let request = service.post("/reset_password").form(&fields);
            tokio::spawn(request.into_future())
        })
        .collect();
    let mut done = 0;
    for request in requests {
        let page = text(&request.await.expect("it is answered"));
        done += usize::from(page.contains(DONE));
        assert!(page.contains(DONE) || page.contains(INVALID));
    }
    assert_eq!(done, 1);
    assert_eq!(service.items("member#", "member").await[0]["generation"], 1);
}

#[tokio::test]
async fn the_page_speaks_the_readers_language_and_is_kept_to_them() {
    let service = Service::start().await;
    member(&service).await;
    ask(&service, EMAIL).await;
    let path = link(&service).await;
    let reply = service
        .get(&path)
        .header("accept-language", "en-GB,en;q=0.9");
    let reply = reply.await;
    let page = text(&reply);
    assert!(page.contains("<html lang=\"en\">") && page.contains("Set a new password"));
    let token = token(&page);
    let request = service.post("/reset_password").form(&[("token", &token)]);
    let missing = request.header("accept-language", "en").await;
    assert!(text(&missing).contains("Enter a new password."));
    let unknown = service.get("/reset_password?token=x").await;
    assert!(text(&unknown).contains("<html lang=\"zh-CN\">"));
    for reply in [
        reply,
        missing,
        unknown,
        service.get("/reset_password").await,
    ] {
        assert_eq!(reply.status, 200);
        let header = |name: &str| reply.headers[name].to_str().expect("a text");
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("x-robots-tag").contains("noindex"));
        let policy = header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
            "style-src 'sha256-",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn neither_the_table_nor_the_log_holds_the_token() {
    let service = Service::start().await;
    member(&service).await;
    ask(&service, EMAIL).await;
    let path = link(&service).await;
    let token = token(&text(&service.get(&path).await));
    submit(&service, &token, "654321", "x").await;
    let secret = &token[22..];
    let dump = json!(service.dump().await).to_string();
    assert!(!dump.contains(secret));
    submit(&service, &token, "654321", "654321").await;
    let log = serde_json::to_string(&service.lines()).expect("lines are JSON");
    assert!(!log.contains(secret) && !log.contains("zoe"));
    for line in service.lines() {
        assert!(!line.path.contains(&token));
    }
}

#[tokio::test]
async fn a_fault_is_a_page_too_and_the_log_says_why() {
    let service = Service::start().await;
    member(&service).await;
    ask(&service, EMAIL).await;
    let path = link(&service).await;
    let delete = service.client().delete_table().table_name(service.table());
    delete.send().await.expect("the table is dropped");
    let reply = service.get(&path).await;
    assert_eq!(reply.status, 200);
    assert!(text(&reply).contains("暂时无法完成"));
    let line = service.last_line();
    assert_eq!(line.code, 500);
    assert!(
        line.fault
            .expect("a cause")
            .starts_with("BatchGetItem failed")
    );
}

#[tokio::test]
async fn a_tampered_token_shows_nothing_of_whom_it_was_for() {
    let service = Service::start().await;
    member(&service).await;
    ask(&service, EMAIL).await;
    let token = token(&text(&service.get(&link(&service).await).await));
    let before = service.dump().await;
    let tampered = [
        token[..22].to_owned() + &"A".repeat(32),
        "A".repeat(22) + &token[22..],
        token[1..].to_owned(),
        token.clone() + "A",
        token[..53].to_owned() + "%00",
    ];
    for token in tampered {
        let page = text(&service.get(&format!("/reset_password?token={token}")).await);
        assert!(page.contains(INVALID) && !page.contains("example.com"));
        let reply = submit(&service, &token, "654321", "654321").await;
        assert!(text(&reply).contains(INVALID));
    }
    let twice = format!("/reset_password?token={token}&token={token}");
    assert!(text(&service.get(&twice).await).contains(INVALID));
    assert_eq!(service.dump().await, before);
    assert!(service.logs_in(EMAIL, "123456").await);
}
