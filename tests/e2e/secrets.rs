//! No secret is stored or logged, whatever is done.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::telemetry::pseudonym::pseudonym;
use tests::catalogue::{self, Endpoint};

use crate::support::{
    ADDRESS, OPERATOR, Reply, Service,
    mobile::{REGIST_SMS, RESET_SMS},
    planted,
};

const MAIL: &str = "user@youhaosuda.com";
const MOBILE: &str = "13912345678";

/// Everything that was secret in a run of every endpoint.
pub async fn run(service: &Service) -> Vec<String> {
    let mut secrets: Vec<String> = Vec::new();
    let passwords = ["first secret", "second secret", "wrong secret"];
    secrets.extend(passwords.map(str::to_owned));
    let register = |path: &str, account: &str| {
        let body = json!({
            "account": account, "password": passwords[0], "password_again": passwords[0],
        });
        service
            .post(&format!("/api/v1/account/{path}?x=first%20secret"))
            .json(body)
    };
    for (path, account) in [
        ("register_with_user_name", "yhsduser"),
        ("register_with_email", MAIL),
        ("register_with_user_name", "yhsduser"),
    ] {
        secrets.extend(register(path, account).await.cookie());
    }
    for password in passwords {
        secrets.extend(service.log_in("yhsduser", password).await.cookie());
        let query = "?account=user@youhaosuda.com&password=first%20secret";
        secrets.extend(
            service
                .post(&format!("/api/v1/account/login{query}"))
                .await
                .cookie(),
        );
    }
    // A password typed into the wrong field looks like a user name.
    service.log_in("Secret2030", "wrong secret").await;
    secrets.extend(["Secret2030", "secret2030"].map(str::to_owned));
    secrets.extend(run_sessions(service, passwords).await);
    secrets.extend(run_codes_and_links(service).await);
    run_points(service).await;
    secrets.retain(|secret| !secret.is_empty());
    assert!(secrets.len() > 12, "{}", secrets.len());
    let lines = service.lines().into_iter();
    let asked = lines.filter_map(|line| Some(format!("{} {}", line.method, line.endpoint?)));
    let known = catalogue::all().map(Endpoint::key);
    assert_eq!(asked.collect::<BTreeSet<_>>(), known.collect());
    secrets
}

/// Sessions that are begun, used, refreshed and ended; the password becomes the second.
async fn run_sessions(service: &Service, passwords: [&str; 3]) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut keep = |reply: Reply| {
        let data = &reply.body["data"];
        let tokens = ["access_token", "refresh_token"].map(|key| data[key].as_str());
        let tokens = tokens.map(|token| token.unwrap_or_default().to_owned());
        secrets.extend(tokens.clone());
        tokens
    };
    let [_, mut refresh] = keep(service.log_in_to("app", "yhsduser", passwords[0]).await);
    let mut access = String::new();
    for path in ["/v1/site/refresh", "/v2/customer/account/refresh"] {
        let fields = [("refresh_token", &*refresh), ("group", "app")];
        [access, refresh] = keep(service.post(path).form(&fields).await);
    }
    let path = format!("/v2/customer/account/up-userinfo?access-token={access}");
    let [access, _] = keep(service.post(&path).form(&[("nickname", "x")]).await);
    service
        .get(&format!("/api/v1/account/current?access-token={access}"))
        .await;
    service
        .post(&format!("/undefined?access-token={access}"))
        .await;
    service
        .post(&format!("/api/v1/account/save?access-token={access}"))
        .json(json!({"real_name": "x"}))
        .await;
    let body = json!({
        "password_old": passwords[0], "password": passwords[1], "password_again": passwords[1],
    });
    service
        .post("/api/v1/account/change_password")
        .bearer(&access)
        .json(body)
        .await;
    let browser = service.log_in("yhsduser", passwords[1]).await.cookie();
    let browser = browser.expect("a session");
    let out = service.post("/api/v1/account/logout").cookie(&browser);
    assert_eq!(out.await.body["code"], 200);
    let [access, _] = keep(service.log_in_to("app", "yhsduser", passwords[1]).await);
    let path = format!("/v2/customer/account/logout?access-token={access}");
    assert_eq!(service.post(&path).await.body["code"], 200);
    secrets.push(browser);
    secrets
}

/// A mobile that registers by code and resets by code, and an address that resets by mail.
async fn run_codes_and_links(service: &Service) -> Vec<String> {
    let mut secrets = Vec::new();
    for path in ["check_regist_mobile", "check_reset_mobile"] {
        let path = format!("/api/v1/account/{path}?mobile={MOBILE}");
        service.post(&path).await;
    }
    let code = service.code(REGIST_SMS, MOBILE).await;
    secrets.extend(service.register_mobile(MOBILE, "000000").await.cookie());
    secrets.extend(service.register_mobile(MOBILE, &code).await.cookie());
    secrets.push(code);
    service.ask(REGIST_SMS, MOBILE).await;
    service.advance(3600);
    let code = service.code(RESET_SMS, MOBILE).await;
    service.reset_mobile(MOBILE, &code).await;
    secrets.push(code);
    service.advance(61);
    let reply = service.ask_with_captcha(RESET_SMS, MOBILE, ADDRESS).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    secrets.push(service.last_code(MOBILE).await);

    let captcha = service.get("/captcha").await;
    let id = captcha.body["id"].as_str().expect("an id").to_owned();
    let picture = captcha.body["path"].as_str().expect("a path");
    service.get(&format!("/captcha{picture}")).await;
    secrets.extend(service.registration.captchas().reveal(&id));
    secrets.push(id);

    let path = format!("/api/v1/account/reset_password_with_email?email={MAIL}");
    service.post(&path).await;
    let mails = service.inbox.to(MAIL).await;
    let text = &mails.first().expect("a mail").body;
    let (_, link) = text.split_once("?token=").expect("a link");
    let token = link.split_whitespace().next().expect("a token");
    service.get(&format!("/reset_password?token={token}")).await;
    let fields = [
        ("token", token),
        ("password", "third secret"),
        ("password_again", "third secret"),
    ];
    let page = service.post("/reset_password").form(&fields);
    let done = page.header("origin", "null").await;
    assert_eq!(done.status, 200);
    assert!(service.logs_in(MAIL, "third secret").await);
    // The first part is the digest in the key of the mailbox; the rest is the secret.
    secrets.extend([token[22..].to_owned(), "third secret".to_owned()]);
    secrets
}

/// A ledger that is written and read by both sides.
async fn run_points(service: &Service) {
    let holder = service.holder("points-holder").await;
    service.given(holder.id, "one", 5).await;
    service.given(holder.id, "one", 5).await;
    service.give(holder.id, "two", -9, "订单").await;
    service.given(holder.id, "three", -1).await;
    for query in [
        "size=1&page=2",
        "three_month_ago=1",
        "last_three_month=1",
        "nopage=Y",
    ] {
        service.details(&holder.token, query).await;
        service.admin_details(holder.id, query).await;
    }
    let page = service.post("/api/v1/account/reward_point_details");
    page.bearer(&holder.token).await;
    service.admin_details(1, "").await;
}

#[tokio::test]
async fn the_table_holds_no_password_and_no_token() {
    let service = Service::start().await;
    let secrets = run(&service).await;
    let dump = Value::from(service.dump().await).to_string();
    for secret in secrets {
        // A token's first 32 characters are what is secret in it; its bytes would show as well.
        let text = secret.split('_').next().unwrap_or(&secret);
        assert!(!dump.contains(&secret), "{secret} is in the table");
        assert!(
            text.len() < 6 || !dump.contains(text),
            "{text} is in the table"
        );
        let bytes = json!(secret.as_bytes()).to_string();
        assert!(
            !dump.contains(bytes.trim_matches(['[', ']'])),
            "{secret} is in the table"
        );
    }
}

#[tokio::test]
async fn the_log_holds_no_password_no_token_and_no_account() {
    let service = Service::start().await;
    let mut secrets = run(&service).await;
    secrets.extend(["yhsduser", MAIL, MOBILE, ADDRESS].map(str::to_owned));
    let lines = service.lines();
    assert!(lines.len() > 14);
    for line in lines {
        let line = serde_json::to_string(&line).expect("a line is JSON");
        for secret in &secrets {
            assert!(!line.contains(secret), "{secret} is in {line}");
        }
    }
}

#[tokio::test]
async fn a_line_of_the_log_says_what_a_person_needs_at_night() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let line = serde_json::to_value(service.last_line()).expect("a line is JSON");
    let expected = json!({
        "time": "2030-06-15T12:00:00.000+08:00",
        "function": "registration",
        "method": "POST",
        "endpoint": "/api/v1/account/register_with_user_name",
        "code": 200,
        "milliseconds": 0.0,
        "cold": true,
        "trips": 2,
        "read_units": 0.0,
        "write_units": 7.0,
        "client": "192.0.2.0/24",
        "member": pseudonym(&service.app.config.service_key, service.member_id().await),
    });
    assert_eq!(line, expected);
}

#[tokio::test]
async fn each_line_names_its_member_by_a_pseudonym_and_never_by_the_id() {
    let service = Service::start().await;
    let browser = service.register("yhsduser").await;
    let id = service.member_id().await;
    let name = pseudonym(&service.app.config.service_key, id);
    let app = service.login("yhsduser", "app").await;
    let refresh = app["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "app")];
    let refreshed = service.post("/v1/site/refresh").form(&fields).await;
    let access = &refreshed.body["data"]["access_token"];
    let access = access.as_str().expect("a token");
    let up = service
        .post("/v2/customer/account/up-userinfo")
        .bearer(access);
    up.form(&[("nickname", "x")]).await;
    service.log_in("yhsduser", "wrong password").await;
    service
        .get("/api/v1/account/current")
        .cookie(&browser)
        .await;
    service.given(id.get(), "key", 5).await;
    service
        .post("/api/v1/account/logout")
        .cookie(&browser)
        .await;
    let lines = service.lines();
    assert_eq!(lines.len(), 8);
    for line in lines {
        assert_eq!(line.notes.member.as_deref(), Some(&*name), "{line:?}");
        let line = serde_json::to_string(&line).expect("a line is JSON");
        assert!(!line.contains(&id.get().to_string()), "{line}");
    }
}

#[tokio::test]
async fn a_line_of_somebody_unknown_names_no_member() {
    let service = Service::start().await;
    service.log_in("nobody", "wrong password").await;
    service
        .get("/api/v1/account/current")
        .cookie("rubbish")
        .await;
    for line in service.lines() {
        assert_eq!(line.notes.member, None);
        assert_eq!(line.notes.caller, None);
    }
}

#[tokio::test]
async fn the_line_of_an_operators_call_says_who_called() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let id = service.member_id().await;
    service.given(id.get(), "key", 5).await;
    let line = serde_json::to_value(service.last_line()).expect("a line is JSON");
    assert_eq!(line["caller"], OPERATOR);
}

/// Every test looks for what its requests bring in their lines; here one is to be found.
#[tokio::test]
#[should_panic(expected = "is in")]
async fn a_line_that_holds_something_of_its_request_fails_the_test() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let line = service.last_line();
    let planted = vec!["192.0.2.0/24".to_owned()];
    planted::with(planted, async { planted::assert_not_in(&line) }).await;
}
