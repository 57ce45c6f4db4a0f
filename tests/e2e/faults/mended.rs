//! What breaking every call has shown, each by itself.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    config::{Config, deadline::Deadline},
    store::members::identifiers::failure_attributes,
};
use tests::catalogue::Fixture;
use tests::proxy::{Fault, Pick, Repeat, Script};

use super::subject::{Need, Subject};
use crate::support::{Reply, Service, mobile::REGIST_SMS};

const MOBILE: &str = "13800138000";

fn fault() -> Value {
    json!({"code": 500, "message": "服务暂时不可用，请稍后再试"})
}

fn break_once(script: &Script, name: &str, fault: Fault) {
    script.arm(Pick::Named(name.to_owned(), 0), fault, Repeat::Once);
}

fn break_stubbornly(script: &Script, name: &str, fault: Fault) {
    script.arm(Pick::Named(name.to_owned(), 0), fault, Repeat::Stubborn);
}

async fn login(service: &Service, password: &str) -> Reply {
    let fields = [("account", "yhsduser"), ("password", password)];
    service.post("/api/v1/account/login").form(&fields).await
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_asked_for_again() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let token = service.register("yhsduser").await;
    script.arm(Pick::Nth(0), Fault::Malformed, Repeat::Once);
    assert!(service.is_live(&token).await);
    assert_eq!(script.disarm(), 1);
}

#[tokio::test]
async fn a_call_that_hangs_is_given_up_and_made_again_within_the_deadline() {
    let hurried = |config: &mut Config| config.deadline = Deadline::after(Duration::from_secs(7));
    let (service, script) = Service::faulty(hurried, |_| {}).await;
    let token = service.register("yhsduser").await;
    script.arm(Pick::Nth(0), Fault::Hang, Repeat::Once);
    assert!(service.is_live(&token).await);
    assert_eq!(script.disarm(), 1);
}

#[tokio::test]
async fn a_right_code_is_kept_through_faults() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    for _ in 0..6 {
        let registers = "TransactWriteItems Put member/member Put login/login Update mobile/sms REMOVE #code \
                         Put member/session";
        break_stubbornly(&script, registers, Fault::CutBefore);
        let reply = service.register_mobile(MOBILE, &code).await;
        assert!(script.disarm() > 0);
        assert_eq!(reply.body, fault());
    }
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
}

const COUNTS_ATTEMPT: &str = "UpdateItem address/logins ADD #accounts";
const COUNTS_SMS: &str = "TransactWriteItems Update mobile/sms REMOVE #by Update address/sms SET #expires_at \
                          Update cap/cap SET #expires_at";

#[tokio::test]
async fn an_attempt_counts_once_though_its_answer_gets_lost() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    service.register("yhsduser").await;
    break_once(&script, COUNTS_ATTEMPT, Fault::CutAfter);
    let reply = login(&service, "wrong").await;
    assert_eq!(script.disarm(), 1);
    assert_eq!(reply.body["attempts_left"], 9);
    let item = &service.items("address#", "logins#").await[0];
    assert_eq!(item["m_0"], 1);
}

#[tokio::test]
async fn a_wrong_password_counts_once_for_its_account_though_the_answer_gets_lost() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    service.register("yhsduser").await;
    break_once(&script, "UpdateItem login/login SET #hour", Fault::CutAfter);
    let reply = login(&service, "wrong").await;
    assert_eq!(script.disarm(), 1);
    assert_eq!(reply.body["attempts_left"], 9);
    let record = &service.items("login#", "login").await[0];
    for name in failure_attributes(service.app.clock.now()) {
        assert_eq!(record[name], 1);
    }
}

#[tokio::test]
async fn an_attempt_that_was_not_compared_is_taken_back() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    service.register("yhsduser").await;
    for name in ["GetItem login/login", COUNTS_ATTEMPT] {
        break_stubbornly(&script, name, Fault::CutAfter);
        let reply = login(&service, "123456").await;
        assert!(script.disarm() > 1, "{name}");
        assert_eq!(reply.body, fault(), "{name}");
        let item = &service.items("address#", "logins#").await[0];
        assert_eq!(item["m_0"], 0, "{name}");
    }
    let reply = login(&service, "wrong").await;
    assert_eq!(reply.body["attempts_left"], 9);
}

#[tokio::test]
async fn what_only_tidies_up_fails_no_request_and_is_said_in_the_log() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let token = service.register("yhsduser").await;
    let tidying = "UpdateItem address/logins REMOVE #account";
    break_stubbornly(&script, tidying, Fault::ServerError);
    assert_eq!(login(&service, "123456").await.body["code"], 200);
    assert!(script.disarm() > 1);
    break_stubbornly(&script, tidying, Fault::ServerError);
    let fields = [
        ("password_old", "123456"),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    let change = service.post("/api/v1/account/change_password");
    let reply = change.cookie(&token).form(&fields).await;
    assert!(script.disarm() > 1);
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    let line = service.last_line();
    let undone = line.notes.undone.expect("it is said");
    assert!(undone.starts_with("UpdateItem failed: service"), "{undone}");
    assert_eq!(line.fault, None);
}

#[tokio::test]
async fn a_logout_whose_answer_got_lost_is_one_and_a_second_is_none() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let browser = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let app = session["access_token"].as_str().expect("a token");
    for (path, token, second) in [
        ("/api/v1/account/logout", &*browser, 212),
        ("/v2/customer/account/logout", app, 401),
    ] {
        break_once(&script, "DeleteItem member/session", Fault::CutAfter);
        let reply = service.post(path).bearer(token).await;
        assert_eq!(script.disarm(), 1);
        assert_eq!(reply.body["code"], 200, "{path}");
        assert!(!service.is_live(token).await);
        let reply = service.post(path).bearer(token).await;
        assert_eq!(reply.body["code"], second, "{path}");
    }
}

#[tokio::test]
async fn a_code_loses_one_try_however_often_the_answer_gets_lost() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let tries = "UpdateItem mobile/sms SET #code.#left";
    break_stubbornly(&script, tries, Fault::CutAfter);
    let reply = service.register_mobile(MOBILE, &code).await;
    assert!(script.disarm() >= 5);
    assert_eq!(reply.body, fault());
    let item = &service.items("mobile#", "sms").await[0];
    assert_eq!(item["registration"]["left"], 4);
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
}

#[tokio::test]
async fn what_is_counted_counts_once_though_its_answer_gets_lost() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let lookup = "UpdateItem address/sms SET #expires_at";
    break_once(&script, lookup, Fault::CutAfter);
    let check = service.post("/api/v1/account/check_regist_mobile");
    let reply = check.form(&[("mobile", MOBILE)]).await;
    assert_eq!((script.disarm(), &reply.body["code"]), (1, &json!(200)));
    let check = &service.items("address#", "sms").await[0];
    assert_eq!(
        (&check["lookup_1"], &check["lookup_2"]),
        (&json!(0), &json!(0))
    );
    break_once(&script, COUNTS_SMS, Fault::CutAfter);
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    assert_eq!((script.disarm(), &reply.body["code"]), (1, &json!(200)));
    assert_eq!(service.items("cap#", "cap").await[0]["spent"], 1);
    assert_eq!(service.items("address#", "sms").await[0]["sent_1"], 0);
    assert_eq!(service.items("mobile#", "sms").await[0]["sent_1"], 0);
}

#[tokio::test]
async fn a_message_that_was_not_counted_can_be_asked_for_at_once_and_one_that_was_in_a_minute() {
    for (fault_of_ours, counted) in [(Fault::CutBefore, false), (Fault::CutAfter, true)] {
        let (service, script) = Service::faulty(|_| {}, |_| {}).await;
        break_stubbornly(&script, COUNTS_SMS, fault_of_ours);
        let reply = service.ask(REGIST_SMS, MOBILE).await;
        assert!(script.disarm() > 1, "{fault_of_ours:?}");
        assert_eq!(reply.body, fault(), "{fault_of_ours:?}");
        assert_eq!(service.messages().await, 0);
        if counted {
            let reply = service.ask(REGIST_SMS, MOBILE).await;
            assert_eq!(reply.body["retry_after"], 60, "{}", reply.body);
            service.advance(3600);
        }
        let code = service.code(REGIST_SMS, MOBILE).await;
        let reply = service.register_mobile(MOBILE, &code).await;
        assert_eq!(reply.body["code"], 200, "{fault_of_ours:?}");
    }
}

#[tokio::test]
async fn a_message_that_meets_others_again_and_again_is_refused_as_too_many_and_changes_nothing() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    break_once(&script, COUNTS_SMS, Fault::TransactionConflict);
    assert_eq!(
        service.ask(REGIST_SMS, "13800138001").await.body["code"],
        200
    );
    assert_eq!(script.disarm(), 1);

    // A transaction that meets others all the time is tried with another shard.
    break_stubbornly(&script, COUNTS_SMS, Fault::TransactionConflict);
    let reply = service
        .ask(REGIST_SMS, "13800138002")
        .from("192.0.2.3")
        .await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    assert_eq!(
        script.disarm(),
        6,
        "the SDK's tries, and then another transaction"
    );

    let counts = Pick::Named(COUNTS_SMS.to_owned(), 0);
    script.arm(counts, Fault::TransactionConflict, Repeat::Alike);
    let before = service.dump().await;
    let reply = service.ask(REGIST_SMS, MOBILE).from("192.0.2.2").await;
    assert_eq!(script.disarm(), 18, "three shards are drawn");
    let refusal = json!({
        "code": 201, "message": "尝试次数过多，请在1秒后再试", "retry_after": 1,
    });
    assert_eq!(reply.body, refusal);
    let line = service.last_line();
    assert!(line.throttled && line.fault.is_none(), "{line:?}");
    assert_eq!(service.messages().await, 2);
    assert_eq!(service.dump().await, before);
    assert_eq!(
        service.ask(REGIST_SMS, MOBILE).from("192.0.2.2").await.body["code"],
        200
    );
}

#[tokio::test]
async fn a_captcha_is_not_lost_to_a_fault_or_to_the_carrier() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let captcha = service.get("/captcha").await;
    let id = captcha.body["id"].as_str().expect("an id");
    let value = service.registration.captchas().reveal(id).expect("a value");
    let fields = [
        ("mobile", MOBILE),
        ("captcha_id", id),
        ("captcha_value", &value),
    ];
    let ask = || service.post(REGIST_SMS).form(&fields);
    for (name, code) in [
        ("UpdateItem captcha/captcha SET #solved", 500),
        (COUNTS_SMS, 500),
        ("Publish", 201),
    ] {
        break_stubbornly(&script, name, Fault::ServerError);
        assert_eq!(ask().await.body["code"], code, "{name}");
        assert!(script.disarm() > 0, "{name}");
    }
    assert_eq!(ask().await.body["code"], 200);
    assert_eq!(ask().await.body["code"], 214, "then it is used up");
}

#[tokio::test]
async fn a_mail_that_a_fault_came_before_leaves_earlier_links_good_and_can_be_asked_for_at_once() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    crate::reset_by_mail::member(&service).await;
    let ask = || crate::reset_by_mail::ask(&service, crate::reset_by_mail::EMAIL);
    assert_eq!(ask().await.body["code"], 200);
    let path = crate::reset_by_mail::link(&service).await;
    let puts_link =
        "TransactWriteItems Update link/links SET #expires_at Update address/mails SET #expires_at";
    break_stubbornly(&script, puts_link, Fault::CutAfter);
    let reply = ask().await;
    assert!(script.disarm() > 1);
    assert_eq!(reply.body, fault());
    let page = String::from_utf8(service.get(&path).await.bytes).expect("a page is UTF-8");
    assert!(page.contains("name=\"token\""), "{page}");
    assert_eq!(ask().await.body["code"], 200);
    assert_eq!(service.messages().await, 2);
}

#[tokio::test]
async fn a_passed_deadline_is_said_once_in_the_log_and_as_a_page_where_a_page_was_asked_for() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let hasty = service.hasty(Deadline::after(Duration::from_millis(200)));
    let token = service.register("yhsduser").await;
    script.arm(Pick::Nth(0), Fault::Hang, Repeat::Stubborn);
    let current = service.get("/api/v1/account/current").cookie(&token);
    assert_eq!(current.through(&hasty).await.body, fault());
    script.arm(Pick::Nth(0), Fault::Hang, Repeat::Stubborn);
    let path = format!("/reset_password?token={}", "x".repeat(54));
    let page = service.get(&path).through(&hasty).await;
    assert_eq!(page.headers["content-language"], "zh-CN");
    let text = String::from_utf8(page.bytes).expect("a page is UTF-8");
    assert!(text.contains("暂时无法完成"), "{text}");
    let lines = service.lines().into_iter();
    let faults: Vec<_> = lines.filter_map(|line| line.fault).collect();
    assert_eq!(faults, ["there was no answer within 200 ms"; 2]);
    assert_eq!(script.disarm(), 1);
    assert!(service.is_live(&token).await);
}

#[tokio::test]
async fn a_refused_attempt_is_refused_again_though_taking_it_back_got_no_answer() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let subject = Subject::prepare(
        &service,
        1,
        &[Need::Has(Fixture::Username), Need::LockedOut],
    )
    .await;
    let fields = [("account", &*subject.name), ("password", "123456")];
    let login = || {
        let request = service.post("/api/v1/account/login").form(&fields);
        request.from(&subject.address)
    };
    for broken in [Fault::CutAfter, Fault::CutBefore] {
        break_once(&script, "UpdateItem address/logins SET #account", broken);
        assert_eq!(login().await.body["retry_after"], 600);
        assert_eq!(script.disarm(), 1, "it is tried once");
        assert!(service.last_line().notes.undone.is_some());
        assert_eq!(login().await.body["retry_after"], 600);
    }
}
