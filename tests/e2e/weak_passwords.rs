//! Passwords that a guesser tries first: refused wherever one is set, unless a setting allows them.

use serde_json::{Value, json};

use crate::support::{
    RequestBuilder, Service,
    mobile::{REGIST_SMS, RESET_SMS},
    with_password,
};

const MOBILE: &str = "13800138000";
const EMAIL: &str = "zoe.li@example.com";
const STRONG: &str = "482915-mima";
const WEAK: &str = "密码过于常见，容易被猜到，请换一个";
const REGISTER: &str = "/api/v1/account/register_with_user_name";

async fn strict() -> Service {
    Service::with(|config| config.weak_passwords = false).await
}

fn change(service: &Service, token: &str, password: &str) -> RequestBuilder {
    let fields = [
        ("password_old", STRONG),
        ("password", password),
        ("password_again", password),
    ];
    let request = service.post("/api/v1/account/change_password");
    request.cookie(token).form(&fields)
}

fn with_code(service: &Service, endpoint: &str, password: &str, code: &str) -> RequestBuilder {
    let [account, first, again] = with_password(MOBILE, password);
    let path = format!("/api/v1/account/{endpoint}_with_mobile");
    let fields = [account, first, again, ("verify_code", code)];
    service.post(&path).form(&fields)
}

fn assert_weak(body: &Value) {
    assert_eq!(*body, json!({"code": 201, "message": WEAK}));
}

#[tokio::test]
async fn a_password_that_is_used_most_is_not_set_by_registering() {
    let service = strict().await;
    let most_used = [
        "123456",
        "12345678",
        "password",
        "PassWord",
        "qwerty",
        "5201314",
        "a123456",
        "A123456",
        "woaini1314",
        "qq123456",
        "88888888",
        "1qaz2wsx",
    ];
    for password in most_used {
        let request = service.post(REGISTER);
        let reply = request.form(&with_password("yhsduser", password)).await;
        assert_weak(&reply.body);
        assert_eq!(reply.cookie(), None);
    }
    assert_eq!(service.dump().await, Vec::<Value>::new());
    let request = service
        .post(REGISTER)
        .form(&with_password("yhsduser", STRONG));
    assert_eq!(request.await.body["code"], 200);
}

#[tokio::test]
async fn a_password_that_is_the_accounts_own_name_is_not_set_by_registering() {
    let service = strict().await;
    for (endpoint, account, password) in [
        ("user_name", "yhsduser", "yhsduser"),
        ("user_name", "YhsdUser", "yhsdUSER"),
        ("user_name", "yhsduser", "ｙｈｓｄｕｓｅｒ"),
        ("email", "Zoe.Li@Example.com", "zoe.li@example.com"),
        ("email", "u@例子.中国", "U@xn--fsqu00a.xn--fiqs8s"),
    ] {
        let path = format!("/api/v1/account/register_with_{endpoint}");
        let reply = service.post(&path).form(&with_password(account, password));
        assert_weak(&reply.await.body);
    }
    assert_eq!(service.dump().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_weak_password_is_not_set_by_a_code() {
    let service = strict().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let before = service.dump().await;
    for password in ["5201314", MOBILE, "+86 138 0013 8000"] {
        assert_weak(&with_code(&service, "register", password, &code).await.body);
    }
    assert_eq!(service.dump().await, before, "no try at the code is spent");
    let reply = with_code(&service, "register", STRONG, &code).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    assert_eq!(reply.body["customer"]["notify_phone"], MOBILE);
    assert_eq!(reply.body["customer"]["notify_email"], Value::Null);

    service.advance(86_400);
    let code = service.code(RESET_SMS, MOBILE).await;
    for password in ["a123456", MOBILE] {
        assert_weak(
            &with_code(&service, "reset_password", password, &code)
                .await
                .body,
        );
    }
    let reply = with_code(&service, "reset_password", "another-482915", &code);
    assert_eq!(reply.await.body["code"], 200);
}

#[tokio::test]
async fn a_weak_password_is_not_set_by_its_owner() {
    let service = strict().await;
    let fields = with_password("yhsduser", STRONG);
    let reply = service.post(REGISTER).form(&fields).await;
    let token = reply.cookie().expect("a cookie");
    let before = service.dump().await;
    for password in ["5201314", "YHSDUSER"] {
        assert_weak(&change(&service, &token, password).await.body);
    }
    assert_eq!(
        service.dump().await,
        before,
        "no guess at the old password is counted"
    );
    let reply = change(&service, &token, "another-482915").await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
}

#[tokio::test]
async fn a_weak_password_is_not_set_on_the_page_behind_a_mail() {
    let service = strict().await;
    let request = service.post("/api/v1/account/register_with_email");
    let reply = request.form(&with_password(EMAIL, STRONG)).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    let ask = service.post("/api/v1/account/reset_password_with_email");
    assert_eq!(ask.form(&[("email", EMAIL)]).await.body["code"], 200);
    let path = crate::reset_by_mail::link(&service).await;
    let (_, token) = path.split_once("token=").expect("a token");
    let submit = |password| {
        let [_, first, again] = with_password("", password);
        let request = service.post("/reset_password").header("origin", "null");
        request.form(&[("token", token), first, again])
    };
    for password in ["5201314", "Zoe.Li@Example.com"] {
        let page = String::from_utf8(submit(password).await.bytes).expect("a page");
        assert!(page.contains(&format!("{WEAK}。")), "{page}");
        assert!(page.contains(token), "the form is there again");
    }
    let page = String::from_utf8(submit("another-482915").await.bytes).expect("a page");
    assert!(page.contains("密码已更新"), "{page}");
}

#[tokio::test]
async fn a_setting_allows_weak_passwords_and_those_that_are_set_go_on_working() {
    let service = Service::with(|config| config.weak_passwords = true).await;
    service.register("yhsduser").await;
    assert!(service.logs_in("yhsduser", "123456").await);
    let app = shared::app::App {
        config: std::sync::Arc::new(shared::config::Config {
            weak_passwords: false,
            ..(*service.app.config).clone()
        }),
        ..service.app.clone()
    };
    let login = service
        .log_in("yhsduser", "123456")
        .through(&service.served_by(&app));
    assert_eq!(login.await.body["code"], 200);
}
