//! `POST /api/v1/account/register_with_user_name` and `register_with_email`.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    base::clock::Clock,
    domain::password::{self, Password},
    store::members::identifiers::failure_attributes,
};

use crate::support::{ADDRESS, START, Service, customer, with_password};

const USER_NAME: &str = "/api/v1/account/register_with_user_name";
const EMAIL: &str = "/api/v1/account/register_with_email";

fn body(account: &str) -> Value {
    json!({"account": account, "password": "123456", "password_again": "123456"})
}

#[tokio::test]
async fn a_user_name_registers_a_member_and_logs_them_in() {
    let service = Service::start().await;
    let reply = service.post(USER_NAME).json(body("会员-Wang_9")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.body,
        json!({
            "code": 200,
            "message": "",
            "customer": customer(&reply.body["customer"]["id"], "会员-Wang_9"),
        })
    );
    let token = reply.cookie().expect("a cookie");
    let current = service.get("/api/v1/account/current").cookie(&token).await;
    assert_eq!(current.body["customer"], reply.body["customer"]);
}

#[tokio::test]
async fn an_address_registers_a_member_who_logs_in_by_it() {
    let service = Service::start().await;
    let fields = with_password("User@Youhaosuda.com", "  密码 🔑");
    let reply = service.post(EMAIL).form(&fields).await;
    assert_eq!(reply.body["code"], 200);
    assert_eq!(reply.body["customer"]["email"], "User@youhaosuda.com");
    assert_eq!(reply.body["customer"]["name"], "User@youhaosuda.com");
    assert_eq!(
        reply.body["customer"]["notify_email"],
        "User@youhaosuda.com"
    );
    assert_eq!(reply.body["customer"]["notify_phone"], Value::Null);
    assert_eq!(reply.body["customer"]["uname"], Value::Null);
    assert_eq!(reply.body["customer"]["reg_type"], 1);
    let login = |password| service.log_in("user@youhaosuda.COM", password);
    assert_eq!(
        login("密码 🔑").await.body["code"],
        201,
        "a password is never trimmed"
    );
    assert_eq!(login("  密码 🔑").await.body["code"], 200);
}

#[tokio::test]
async fn a_bad_parameter_is_refused_by_its_fields_own_word() {
    let service = Service::start().await;
    let rule = "用户名须为4-16位中文、英文字母、数字、_或-，且以中文或英文字母开头";
    let long = "密".repeat(256);
    for (path, body, message) in [
        (USER_NAME, json!({}), "用户名不能为空"),
        (USER_NAME, body(""), "用户名不能为空"),
        (USER_NAME, body("abc"), rule),
        (USER_NAME, body("1234567"), rule),
        (USER_NAME, body("13800138000"), rule),
        (USER_NAME, body("a@b.com"), rule),
        (USER_NAME, body("a2345678901234567"), rule),
        (USER_NAME, json!({"account": ["abcd"]}), "用户名格式不正确"),
        (EMAIL, json!({}), "邮箱不能为空"),
        (USER_NAME, body("abcd\u{3164}"), rule),
        (USER_NAME, body("abcd\u{202e}"), rule),
        (USER_NAME, body("ab\0cd"), rule),
        (USER_NAME, body("\u{f900}\u{f901}\u{f902}\u{f903}"), rule),
        (EMAIL, body("yhsduser"), "邮箱格式不正确"),
        (EMAIL, body("张三@example.com"), "邮箱格式不正确"),
        (EMAIL, body("\"<script>\"@example.com"), "邮箱格式不正确"),
        (EMAIL, body("a@1.2.3.4"), "邮箱格式不正确"),
        (
            EMAIL,
            body(&format!("{}@example.com", "a".repeat(250))),
            "邮箱格式不正确",
        ),
        (USER_NAME, json!({"account": "yhsduser"}), "密码不能为空"),
        (
            USER_NAME,
            json!({"account": "yhsduser", "password": "12345", "password_again": "12345"}),
            "密码长度须为6-255个字符",
        ),
        (
            EMAIL,
            json!({"account": "a@b.com", "password": long, "password_again": long}),
            "密码长度须为6-255个字符",
        ),
        (
            USER_NAME,
            json!({"account": "yhsduser", "password": "123456", "password_again": "123457"}),
            "两次输入的密码不一致",
        ),
        (
            EMAIL,
            json!({"account": "a@b.com", "password": "123456"}),
            "两次输入的密码不一致",
        ),
    ] {
        let reply = service.post(path).json(body).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body, json!({"code": 201, "message": message}));
        assert_eq!(reply.cookie(), None);
    }
    assert_eq!(service.dump().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_name_is_taken_without_regard_to_letter_case() {
    let service = Service::start().await;
    service.register("YhsdUser").await;
    let others = async || {
        let mut items = service.dump().await;
        items.retain(|item| item["registrations"].is_null());
        items
    };
    let before = others().await;
    let reply = service.post(USER_NAME).json(body("yhsduser")).await;
    assert_eq!(
        reply.body,
        json!({"code": 201, "message": "用户名已被注册"})
    );
    assert_eq!(reply.cookie(), None);
    assert_eq!(others().await, before);
    let counted = service.of_address(ADDRESS, "hour#").await;
    assert_eq!(counted[0]["registrations"], 2, "each attempt is counted");

    assert_eq!(
        service.post(EMAIL).json(body("a@b.com")).await.body["code"],
        200
    );
    let reply = service.post(EMAIL).json(body("A@B.COM")).await;
    assert_eq!(reply.body, json!({"code": 201, "message": "邮箱已被注册"}));
}

#[tokio::test]
async fn a_name_that_was_guessed_at_can_still_be_registered_and_stays() {
    let service = Service::start().await;
    service.log_in("yhsduser", "wrong").await;
    assert!(service.items("login#", "login").await[0]["expires_at"].is_i64());
    service.register("yhsduser").await;
    service.log_in("yhsduser", "wrong").await;
    let record = service.items("login#", "login").await;
    assert_eq!(
        record[0]["expires_at"],
        Value::Null,
        "a member's name does not expire"
    );
    for name in failure_attributes(service.app.clock.now()) {
        assert_eq!(record[0][name], 1);
    }
}

#[tokio::test]
async fn an_address_registers_at_most_sixty_members_an_hour_of_the_clock() {
    let service = Service::start().await;
    for number in 0..59 {
        service.register(&format!("user{number}")).await;
    }
    // An attempt counts though the name is taken.
    let taken = service.post(USER_NAME).json(body("USER0")).await;
    assert_eq!(taken.body["message"], "用户名已被注册");
    service.advance(3599);
    let before = service.dump().await;
    service.take_sent();
    for (path, account) in [
        (USER_NAME, "another"),
        (USER_NAME, "user0"),
        (EMAIL, "a@b.com"),
    ] {
        let reply = service.post(path).json(body(account)).await;
        let refusal = json!({
            "code": 201, "message": "尝试次数过多，请在1秒后再试", "retry_after": 1,
        });
        assert_eq!(reply.body, refusal);
        assert_eq!(service.spent().trips, 1, "nothing is looked up");
    }
    let sent = service.take_sent().into_iter().map(|sent| sent.operation);
    assert_eq!(
        sent.collect::<Vec<_>>(),
        ["UpdateItem"; 3],
        "nothing is hashed or tried"
    );
    assert_eq!(service.dump().await, before);
    // What cannot be registered anyway is told so, and not counted.
    let reply = service.post(USER_NAME).json(body("1")).await;
    assert!(reply.body.get("retry_after").is_none(), "{}", reply.body);
    let elsewhere = service
        .post(USER_NAME)
        .json(body("another"))
        .from("192.0.2.2")
        .await;
    assert_eq!(elsewhere.body["code"], 200);
    service.advance(1);
    for number in 60..62 {
        service.register(&format!("user{number}")).await;
    }
    let counters = service.of_address(ADDRESS, "hour#").await;
    let counted: Vec<_> = counters.iter().map(|item| &item["registrations"]).collect();
    assert_eq!(counted, [60, 2]);
    assert_eq!(counters[1]["expires_at"], START + 7200);
}

#[tokio::test]
async fn a_refused_registration_takes_no_hashs_time() {
    let service = Service::start().await;
    for number in 0..60 {
        service
            .post(USER_NAME)
            .json(body(&format!("user{}", number % 4)))
            .await;
    }
    let hashed = Clock::system().stopwatch();
    let password = Password::new("123456").expect("long enough");
    password::hash(password, &service.app.random)
        .await
        .expect("a hash");
    let hashed = hashed.elapsed();
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let refused = Clock::system().stopwatch();
        let reply = service.post(USER_NAME).json(body("another")).await;
        assert_eq!(reply.body["retry_after"], 3600);
        fastest = fastest.min(refused.elapsed());
    }
    assert!(
        fastest < hashed,
        "{fastest:?} is as long as a hash, {hashed:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_four_parallel_registrations_of_one_name_make_one_member() {
    let service = Service::start().await;
    let requests: Vec<_> = (0..24)
        .map(|number| {
            let name = if number % 2 == 0 {
                "yhsduser"
            } else {
                "YHSDUSER"
            };
            let address = format!("198.51.100.{number}");
            let request = service.post(USER_NAME).json(body(name)).from(&address);
            tokio::spawn(request.into_future())
        })
        .collect();
    let mut winners = Vec::new();
    for request in requests {
        let reply = request.await.expect("an answer");
        if reply.body["code"] == 200 {
            winners.push(reply.body["customer"]["id"].clone());
        } else {
            assert_eq!(
                reply.body,
                json!({"code": 201, "message": "用户名已被注册"})
            );
        }
    }
    assert_eq!(winners.len(), 1);
    let members = service.items("member#", "member").await;
    let records = service.items("login#", "login").await;
    assert_eq!(members.len(), 1);
    assert_eq!(records.len(), 1);
    assert_eq!(members[0]["id"], winners[0]);
    assert_eq!(records[0]["member"], winners[0]);
    assert_eq!(service.items("member#", "session#").await.len(), 1);
    let counters = service.items("address#", "hour#").await;
    assert_eq!(counters.len(), 24, "each attempt is counted");
}

/// Registers as many members at once from one address, and counts who got in.
async fn register_at_once(service: &Service, names: std::ops::Range<u32>) -> usize {
    let requests: Vec<_> = names
        .map(|number| {
            let request = service.post(USER_NAME).json(body(&format!("user{number}")));
            tokio::spawn(request.into_future())
        })
        .collect();
    let mut registered = 0;
    for request in requests {
        registered += usize::from(request.await.expect("an answer").body["code"] == 200);
    }
    registered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_registrations_from_one_address_all_count() {
    let service = Service::start().await;
    assert_eq!(register_at_once(&service, 0..24).await, 24);
    let counter = service.of_address(ADDRESS, "hour#").await;
    assert_eq!(counter[0]["registrations"], 24);
    assert_eq!(service.items("member#", "member").await.len(), 24);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_registrations_from_one_address_sixty_succeed() {
    let service = Service::start().await;
    assert_eq!(register_at_once(&service, 0..72).await, 60);
    assert_eq!(service.items("member#", "member").await.len(), 60);
    assert_eq!(service.items("login#", "login").await.len(), 60);
}
