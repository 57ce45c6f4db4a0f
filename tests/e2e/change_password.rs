//! `POST /api/v1/account/change_password`.

use serde_json::{Value, json};

use crate::support::{Reply, START, Service, rageframe_refusal};

async fn change_password(service: &Service, token: &str, body: Value) -> Reply {
    let request = service.post("/api/v1/account/change_password");
    request.cookie(token).json(body).await
}

#[tokio::test]
async fn a_changed_password_ends_every_session_at_once() {
    let service = Service::start().await;
    let browser = service.register("yhsduser").await;
    let other = service.browser("yhsduser").await;
    let app = service.login("yhsduser", "app").await;
    let old_member = service.items("member#", "member").await;

    let body = json!({
        "password_old": "123456", "password": "654321", "password_again": "654321",
    });
    let reply = change_password(&service, &browser, body).await;
    assert_eq!(reply.body, json!({"code": 200, "message": ""}));
    assert_eq!(
        reply.cookie().as_deref(),
        Some(""),
        "the cookie is taken back"
    );

    let access = app["access_token"].as_str().expect("a token");
    for token in [browser.as_str(), &other, access] {
        assert!(!service.is_live(token).await);
    }
    let refresh = app["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "app")];
    let reply = service.post("/v1/site/refresh").form(&fields).await;
    assert_eq!(reply.body, rageframe_refusal(401, "找不到用户", START));

    let login = |password| service.log_in("yhsduser", password);
    assert_eq!(login("123456").await.body["message"], "账号或密码不正确");
    assert_eq!(login("654321").await.body["code"], 200);
    let member = service.items("member#", "member").await;
    let marker = service.items("login#", "login").await;
    assert_ne!(member[0]["password"], old_member[0]["password"]);
    assert_eq!(member[0]["password"], marker[0]["password"]);
    assert_eq!(member[0]["generation"], 1);
    assert_eq!(marker[0]["generation"], 1);
}

#[tokio::test]
async fn a_refused_change_of_password_changes_nothing() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    for (body, message) in [
        (json!({}), "当前密码不能为空"),
        (json!({"password_old": {}}), "当前密码格式不正确"),
        (json!({"password_old": "123456"}), "密码不能为空"),
        (
            json!({"password_old": "123456", "password": "12345"}),
            "密码长度须为6-255个字符",
        ),
        (
            json!({"password_old": "123456", "password": "654321", "password_again": "x"}),
            "两次输入的密码不一致",
        ),
        (
            json!({"password_old": "wrong", "password": "654321", "password_again": "654321"}),
            "当前密码不正确",
        ),
    ] {
        let reply = change_password(&service, &token, body).await;
        assert_eq!(reply.body, json!({"code": 201, "message": message}));
    }
    assert!(service.is_live(&token).await);
    assert!(service.logs_in("yhsduser", "123456").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_changes_of_a_password_one_counts() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let requests: Vec<_> = (0..8)
        .map(|number| {
            let new = format!("new password {number}");
            let body = json!({
                "password_old": "123456", "password": new, "password_again": new,
            });
            let request = service
                .post("/api/v1/account/change_password")
                .cookie(&token);
            tokio::spawn(IntoFuture::into_future(request.json(body)))
        })
        .collect();
    let mut changed = Vec::new();
    for (number, request) in requests.into_iter().enumerate() {
        if request.await.expect("an answer").body["code"] == 200 {
            changed.push(number);
        }
    }
    assert_eq!(changed.len(), 1, "{changed:?}");
    let password = format!("new password {}", changed[0]);
    let login = service.log_in("yhsduser", &password);
    let login = login.from("192.0.2.2").await;
    assert_eq!(login.body["code"], 200);
    assert_eq!(service.items("member#", "member").await[0]["generation"], 1);
}
