//! The second of two clicks is answered as the first was.

use std::future::IntoFuture;

use serde_json::{Value, json};

use crate::support::{Reply, RequestBuilder, Service, mobile::REGIST_SMS, with_password};

const USER_NAME: &str = "/api/v1/account/register_with_user_name";
const EMAIL: &str = "/api/v1/account/register_with_email";
const MOBILE: &str = "13800138000";

fn register(service: &Service, path: &str, account: &str, password: &str) -> RequestBuilder {
    service.post(path).form(&with_password(account, password))
}

async fn assert_alike(service: &Service, first: Reply, second: Reply) {
    assert_eq!(first.body["code"], 200, "{}", first.body);
    assert_eq!(first.body, second.body);
    for reply in [first, second] {
        let token = reply.cookie().expect("a session");
        assert!(service.is_live(&token).await);
    }
    assert_eq!(service.items("member#", "member").await.len(), 1);
    assert_eq!(service.items("login#", "login").await.len(), 1);
}

#[tokio::test]
async fn a_registration_said_again_within_a_minute_is_answered_as_the_first_was() {
    for (path, account) in [(USER_NAME, "YhsdUser"), (EMAIL, "zoe.li@例子.中国")] {
        let service = Service::start().await;
        let first = register(&service, path, account, "123456").await;
        service.advance(59);
        let second = register(&service, path, account, "123456").await;
        assert_alike(&service, first, second).await;
    }
}

#[tokio::test]
async fn a_registration_with_a_code_said_again_is_answered_as_the_first_was() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let first = service.register_mobile(MOBILE, &code).await;
    let second = service.register_mobile(MOBILE, &code).await;
    assert_alike(&service, first, second).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_clicks_at_once_make_one_member_and_are_answered_alike() {
    for _ in 0..5 {
        let service = Service::start().await;
        let click =
            || tokio::spawn(register(&service, USER_NAME, "yhsduser", "123456").into_future());
        let (first, second) = (click(), click());
        let (first, second) = (
            first.await.expect("an answer"),
            second.await.expect("an answer"),
        );
        assert_alike(&service, first, second).await;
    }
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let click = || tokio::spawn(service.register_mobile(MOBILE, &code).into_future());
    let (first, second) = (click(), click());
    let (first, second) = (
        first.await.expect("an answer"),
        second.await.expect("an answer"),
    );
    assert_alike(&service, first, second).await;
}

#[tokio::test]
async fn another_registration_of_the_name_is_refused() {
    let service = Service::start().await;
    register(&service, USER_NAME, "yhsduser", "123456").await;
    let taken = json!({"code": 201, "message": "用户名已被注册"});
    for (other, request) in [
        (
            "password",
            register(&service, USER_NAME, "yhsduser", "123457"),
        ),
        (
            "spelling",
            register(&service, USER_NAME, "YHSDUSER", "123456"),
        ),
        (
            "address",
            register(&service, USER_NAME, "yhsduser", "123456").from("192.0.2.2"),
        ),
    ] {
        let reply = request.await;
        assert_eq!(reply.body, taken, "another {other}");
        assert_eq!(reply.cookie(), None);
    }
    service.advance(60);
    let late = register(&service, USER_NAME, "yhsduser", "123456").await;
    assert_eq!(late.body, taken);
}

#[tokio::test]
async fn a_registration_said_again_counts_as_a_guess_at_the_password() {
    let service = Service::start().await;
    register(&service, USER_NAME, "yhsduser", "123456").await;
    for _ in 0..10 {
        let reply = register(&service, USER_NAME, "yhsduser", "654321").await;
        assert_eq!(reply.body["message"], "用户名已被注册");
    }
    let right = register(&service, USER_NAME, "yhsduser", "123456").await;
    assert_eq!(right.body["code"], 201);
    assert_eq!(right.body["retry_after"], 600);
    assert_eq!(
        service.log_in("yhsduser", "123456").await.body["retry_after"],
        600
    );
}

#[tokio::test]
async fn a_used_code_answers_nobody_else() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    service.register_mobile(MOBILE, &code).await;
    let gone = json!({"code": 201, "message": "验证码已失效，请重新获取"});
    let another = crate::support::mobile::wrong(&code);
    for request in [
        service.register_mobile(MOBILE, &another),
        service.register_mobile(MOBILE, &code).from("192.0.2.2"),
    ] {
        let reply = request.await;
        assert_eq!(reply.body, gone);
        assert_eq!(reply.cookie(), None);
    }
    service.advance(60);
    assert_eq!(service.register_mobile(MOBILE, &code).await.body, gone);
}

#[tokio::test]
async fn the_reset_page_says_done_to_the_second_click_too() {
    let service = Service::start().await;
    crate::reset_by_mail::member(&service).await;
    crate::reset_by_mail::ask(&service, crate::reset_by_mail::EMAIL).await;
    let path = crate::reset_by_mail::link(&service).await;
    let (_, token) = path.split_once("token=").expect("a token");
    let submit = |password| {
        let [_, first, again] = with_password("", password);
        let request = service.post("/reset_password").header("origin", "null");
        request.form(&[("token", token), first, again])
    };
    let says = |reply: Reply, words: &str| {
        let page = String::from_utf8(reply.bytes).expect("a page is UTF-8");
        assert!(page.contains(words), "{page}");
    };
    let (first, second) = tokio::join!(submit("654321"), submit("654321"));
    says(first, "密码已更新");
    says(second, "密码已更新");
    let generation = async || service.items("member#", "member").await[0]["generation"].clone();
    assert_eq!(generation().await, 1);
    service.advance(59);
    says(submit("654321").await, "密码已更新");
    says(submit("another").await, "链接已失效");
    says(service.get(&path).await, "链接已失效");
    service.advance(1);
    says(submit("654321").await, "链接已失效");
    assert_eq!(generation().await, Value::from(1));
    assert!(service.logs_in(crate::reset_by_mail::EMAIL, "654321").await);
}
