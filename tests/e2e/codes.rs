//! `POST /api/v1/account/register_with_mobile`, and the codes it takes.

use std::future::IntoFuture;

use registration::CodeFormat;
use serde_json::json;

use crate::support::{
    ADDRESS, Service,
    mobile::{REGIST_SMS, RESET_SMS, but_counted, wrong},
};

const MOBILE: &str = "13800138000";
const GONE: &str = "验证码已失效，请重新获取";

#[tokio::test]
async fn a_code_registers_a_member_and_logs_them_in() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200);
    let customer = &reply.body["customer"];
    assert_eq!(customer["mobile"], MOBILE);
    assert_eq!(customer["reg_type"], 2);
    assert_eq!(customer["name"], MOBILE);
    let token = reply.cookie().expect("a cookie");
    let current = service.get("/api/v1/account/current").cookie(&token).await;
    assert_eq!(current.body["customer"], *customer);
    assert!(service.logs_in(MOBILE, "123456").await);
}

#[tokio::test]
async fn a_code_is_good_for_five_minutes() {
    for (seconds, good) in [(299, true), (300, false), (301, false)] {
        let service = Service::start().await;
        let code = service.code(REGIST_SMS, MOBILE).await;
        service.advance(seconds);
        let reply = service.register_mobile(MOBILE, &code).await;
        if good {
            assert_eq!(reply.body["code"], 200, "after {seconds} s");
        } else {
            assert_eq!(reply.body, json!({"code": 201, "message": GONE}));
            assert!(service.items("member#", "").await.is_empty());
        }
        assert_eq!(service.messages().await, 1);
    }
}

#[tokio::test]
async fn a_code_is_good_for_as_long_as_is_configured() {
    let service = Service::sending(|config| config.code_seconds = 600).await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    assert!(service.inbox.all().await[0].body.contains("10分钟"));
    service.advance(599);
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200);
}

#[tokio::test]
async fn the_sixth_try_is_not_compared() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    service.advance(20);
    for left in (0..5).rev() {
        let reply = service.register_mobile(MOBILE, &wrong(&code)).await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "验证码不正确", "attempts_left": left})
        );
    }
    let before = but_counted(service.dump().await);
    for code in [&code, &wrong(&code)] {
        let reply = service.register_mobile(MOBILE, code).await;
        assert_eq!(
            reply.body,
            json!({
                "code": 201,
                "message": "验证码错误次数过多，请重新获取",
                "retry_after": 40,
            })
        );
    }
    assert_eq!(but_counted(service.dump().await), before);
    assert_eq!(service.messages().await, 1);
}

#[tokio::test]
async fn five_wrong_codes_from_elsewhere_leave_two_to_the_address_that_asked() {
    let service = Service::start().await;
    for right in [true, false] {
        let mobile = if right { MOBILE } else { "13800138001" };
        let reply = service
            .ask_with_captcha(REGIST_SMS, mobile, "192.0.2.1")
            .await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        let code = service.last_code(mobile).await;
        for (number, left) in [
            (2, Some(2)),
            (3, Some(1)),
            (4, Some(0)),
            (5, None),
            (6, None),
        ] {
            let stranger = service.register_mobile(mobile, &wrong(&code));
            let reply = stranger.from(&format!("192.0.2.{number}")).await;
            assert_eq!(reply.body["attempts_left"].as_u64(), left, "{}", reply.body);
        }
        let stranger = service.register_mobile(mobile, &code).from("192.0.2.7");
        let message = "验证码错误次数过多，请重新获取";
        assert_eq!(
            stranger.await.body["message"],
            message,
            "though it is right"
        );
        let reply = service.register_mobile(mobile, &wrong(&code)).await;
        assert_eq!(reply.body["attempts_left"], 1);
        let last = if right { code.clone() } else { wrong(&code) };
        let reply = service.register_mobile(mobile, &last).await;
        assert_eq!(reply.body["code"] == 200, right, "{}", reply.body);
        let elsewhere = service.register_mobile(mobile, &code).from("192.0.2.9");
        let reply = elsewhere.await;
        assert_eq!(reply.body["code"], 201, "{}", reply.body);
    }
}

#[tokio::test]
async fn an_owner_whose_address_changed_has_three_tries() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    for left in [2, 1] {
        let reply = service.register_mobile(MOBILE, &wrong(&code));
        assert_eq!(reply.from("198.51.100.1").await.body["attempts_left"], left);
    }
    let reply = service.register_mobile(MOBILE, &code).from("198.51.100.1");
    assert_eq!(reply.await.body["code"], 200);
}

#[tokio::test]
async fn a_code_of_four_digits_has_three_tries() {
    let four = |config: &mut registration::config::Config| {
        config.code_format = CodeFormat::with_digits(4);
    };
    let service = Service::sending(four).await;
    assert_eq!(service.ask(REGIST_SMS, MOBILE).await.body["code"], 200);
    let text = &service.inbox.all().await[0].body;
    let digits: Vec<_> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let code = digits.into_iter().find(|word| word.len() == 4);
    let code = code.expect("a code of four digits");
    let other = format!(
        "{:04}",
        (code.parse::<u32>().expect("a number") + 1) % 10_000
    );
    for left in [2, 1] {
        let reply = service.register_mobile(MOBILE, &other).await;
        assert_eq!(reply.body["attempts_left"], left, "{}", reply.body);
    }
    let reply = service.register_mobile(MOBILE, "123456").await;
    assert_eq!(reply.body["message"], "验证码须为4位数字");
    assert_eq!(
        service.register_mobile(MOBILE, code).await.body["code"],
        200
    );
}

#[tokio::test]
async fn the_thirty_first_wrong_code_of_an_address_in_an_hour_is_not_compared() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    for number in 0..29 {
        let mobile = format!("139{number:08}");
        let reply = service.reset_mobile(&mobile, "123456").await;
        assert_eq!(reply.body, json!({"code": 201, "message": GONE}));
    }
    // A right code is not counted, however late.
    let registered = service.register_mobile(MOBILE, &code).await;
    assert_eq!(registered.body["code"], 200, "{}", registered.body);
    let reply = service.reset_mobile("13900000029", "123456").await;
    assert_eq!(reply.body, json!({"code": 201, "message": GONE}));
    let before = service.dump().await;
    let refusal = json!({
        "code": 201,
        "message": "验证码错误次数过多，请在60分钟后再试",
        "retry_after": 3600,
    });
    let reply = service.reset_mobile(MOBILE, "123456").await;
    assert_eq!(reply.body, refusal);
    let usage = service.spent();
    assert_eq!(usage.trips, 1, "{usage:?}");
    assert_eq!(service.dump().await, before);
    let elsewhere = service.reset_mobile(MOBILE, "123456").from("192.0.2.2");
    assert_eq!(elsewhere.await.body["message"], GONE);
    service.advance(3600);
    let reply = service.reset_mobile(MOBILE, "123456").await;
    assert_eq!(reply.body["message"], GONE);
}

#[tokio::test]
async fn of_forty_parallel_wrong_codes_of_an_address_thirty_are_compared() {
    let service = Service::start().await;
    let requests: Vec<_> = (0..40)
        .map(|number| {
            let request = service.reset_mobile(&format!("139{number:08}"), "123456");
            tokio::spawn(request.into_future())
        })
        .collect();
    let mut compared = 0;
    for request in requests {
        let reply = request.await.expect("it is answered");
        compared += usize::from(reply.body["message"] == GONE);
    }
    assert_eq!(compared, 30);
}

#[tokio::test]
async fn of_twenty_parallel_guesses_five_are_compared_and_the_right_code_is_then_refused() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let guesses: Vec<_> = (0..20)
        .map(|_| {
            let request = service.register_mobile(MOBILE, &wrong(&code));
            tokio::spawn(request.into_future())
        })
        .collect();
    let mut left = Vec::new();
    for guess in guesses {
        let body = guess.await.expect("a guess is answered").body;
        left.extend(body["attempts_left"].as_u64());
    }
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["message"], "验证码错误次数过多，请重新获取");
    assert!(service.items("member#", "").await.is_empty());
    assert_eq!(service.messages().await, 1);
}

#[tokio::test]
async fn of_sixteen_parallel_registrations_with_one_code_one_makes_a_member() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let requests: Vec<_> = (0..16)
        .map(|_| tokio::spawn(service.register_mobile(MOBILE, &code).into_future()))
        .collect();
    let mut made = 0;
    for request in requests {
        let body = request.await.expect("it is answered").body;
        match body["code"].as_u64() {
            Some(200) => made += 1,
            code => assert_eq!(code, Some(201), "{body}"),
        }
    }
    // They are one request said again and again, and each that is answered well is of the one member.
    assert!(made >= 1);
    assert_eq!(service.items("member#", "member").await.len(), 1);
    assert_eq!(service.messages().await, 1);
    let elsewhere = service.register_mobile(MOBILE, &code).from("192.0.2.9");
    let reply = elsewhere.await;
    assert_eq!(reply.body, json!({"code": 201, "message": GONE}));
}

#[tokio::test]
async fn a_code_works_once() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200);
    let before = but_counted(service.dump().await);
    let elsewhere = service.register_mobile(MOBILE, &code).from("192.0.2.9");
    let reply = elsewhere.await;
    assert_eq!(reply.body, json!({"code": 201, "message": GONE}));
    assert_eq!(but_counted(service.dump().await), before);
    assert_eq!(service.messages().await, 1);
}

#[tokio::test]
async fn a_code_is_bound_to_its_mobile_and_its_purpose() {
    let service = Service::start().await;
    let regist = service.code(REGIST_SMS, MOBILE).await;
    let reply = service.reset_mobile(MOBILE, &regist).await;
    assert_eq!(reply.body, json!({"code": 201, "message": GONE}));
    let reply = service.register_mobile("13800138001", &regist).await;
    assert_eq!(reply.body, json!({"code": 201, "message": GONE}));
    service.plant_mobile(MOBILE).await;
    service.advance(60);
    let reply = service
        .ask_with_captcha(RESET_SMS, MOBILE, "192.0.2.1")
        .await;
    assert_eq!(reply.body["code"], 200);
    let reset = service.last_code(MOBILE).await;
    assert_ne!(reset, regist);
    let reply = service.register_mobile(MOBILE, &reset).await;
    assert_eq!(reply.body["attempts_left"], 4);
    let reply = service.register_mobile(MOBILE, &regist).await;
    assert_eq!(reply.body["message"], "手机号已被注册", "the code is right");
    let reply = service.reset_mobile(MOBILE, &reset).await;
    assert_eq!(reply.body["code"], 200);
    assert_eq!(service.messages().await, 2);
}

#[tokio::test]
async fn a_new_code_voids_the_old_one() {
    let service = Service::start().await;
    let old = service.code(REGIST_SMS, MOBILE).await;
    for left in [4, 3] {
        let reply = service.register_mobile(MOBILE, &wrong(&old)).await;
        assert_eq!(reply.body["attempts_left"], left);
    }
    service.advance(60);
    let reply = service
        .ask_with_captcha(REGIST_SMS, MOBILE, "192.0.2.1")
        .await;
    assert_eq!(reply.body["code"], 200);
    let new = service.last_code(MOBILE).await;
    assert_ne!(old, new);
    let reply = service.register_mobile(MOBILE, &old).await;
    assert_eq!(
        reply.body,
        json!({"code": 201, "message": "验证码不正确", "attempts_left": 4})
    );
    let reply = service.register_mobile(MOBILE, &new).await;
    assert_eq!(reply.body["code"], 200);
    assert_eq!(service.messages().await, 2);
}

#[tokio::test]
async fn a_second_password_that_differs_costs_no_try() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let before = service.dump().await;
    for (name, value, message) in [
        ("password_again", "1234567", "两次输入的密码不一致"),
        ("password", "12345", "密码长度须为6-255个字符"),
        ("password", "", "密码不能为空"),
        ("account", "", "手机号不能为空"),
        ("account", "23800138000", "手机号格式不正确"),
        ("verify_code", "", "验证码不能为空"),
        ("verify_code", "12345", "验证码须为6位数字"),
        ("verify_code", "１２３４５", "验证码须为6位数字"),
    ] {
        let fields = [
            ("account", MOBILE),
            ("password", "123456"),
            ("password_again", "123456"),
            ("verify_code", &code),
        ];
        let fields = fields.map(|(field, good)| (field, if field == name { value } else { good }));
        let reply = service
            .post("/api/v1/account/register_with_mobile")
            .form(&fields)
            .await;
        assert_eq!(reply.body, json!({"code": 201, "message": message}));
    }
    assert_eq!(service.dump().await, before);
    assert_eq!(service.messages().await, 1);
    let reply = service.register_mobile(MOBILE, &format!(" {code} ")).await;
    assert_eq!(reply.body["code"], 200);
}

#[tokio::test]
async fn a_mobile_that_somebody_registered_meanwhile_is_refused_and_the_code_kept() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    service.plant_mobile(MOBILE).await;
    let before = but_counted(service.dump().await);
    for _ in 0..7 {
        let reply = service.register_mobile(MOBILE, &code).await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "手机号已被注册"})
        );
    }
    assert_eq!(but_counted(service.dump().await), before);
    let counted = &service.of_address(ADDRESS, "hour#").await[0];
    assert_eq!(counted["registrations"], 7);
    assert_eq!(counted["wrong_codes"], 0, "a right code is none");
    assert!(reply_is_gone(&service, "13800138001", &code).await);
    assert_eq!(service.messages().await, 1);
}

#[tokio::test]
async fn parallel_requests_with_a_right_code_that_cannot_be_used_each_give_their_try_back() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    service.plant_mobile(MOBILE).await;
    let register = || async { service.register_mobile(MOBILE, &code).await };
    let replies = tokio::join!(register(), register(), register());
    for reply in [replies.0, replies.1, replies.2] {
        assert_eq!(reply.body["message"], "手机号已被注册", "{}", reply.body);
    }
    let item = &service.items("mobile#", "sms").await[0];
    assert_eq!(item["registration"]["left"], 5, "{item}");
}

async fn reply_is_gone(service: &Service, mobile: &str, code: &str) -> bool {
    service.register_mobile(mobile, code).await.body["message"] == GONE
}

#[tokio::test]
async fn registering_with_a_code_keeps_its_budget() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    let reply = service.register_mobile(MOBILE, &code).await;
    assert_eq!(reply.body["code"], 200);
    let usage = service.spent();
    assert!(usage.trips <= 3, "{usage:?}");
    assert!(usage.read_units + usage.write_units <= 13.0, "{usage:?}");
}

#[tokio::test]
async fn neither_the_table_nor_the_log_holds_a_code() {
    let service = Service::start().await;
    let code = service.code(REGIST_SMS, MOBILE).await;
    service.register_mobile(MOBILE, &wrong(&code)).await;
    let dump = json!(service.dump().await).to_string();
    assert!(!dump.contains(&format!("\"{code}\"")));
    for digest in [
        shared::base::digest::Digest::of(code.as_bytes()),
        shared::base::digest::Digest::of(format!("registration\n{MOBILE}\n{code}").as_bytes()),
    ] {
        assert!(!dump.contains(&json!(digest.as_bytes()).to_string()));
    }
    service.register_mobile(MOBILE, &code).await;
    let log = serde_json::to_string(&service.lines()).expect("lines are JSON");
    assert!(!log.contains(&code) && !log.contains(MOBILE));
}
