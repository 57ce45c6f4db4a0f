//! One name in many spellings: a member registers in one, is asked for in others, and stays one.

use serde_json::{Value, json};

use crate::support::{
    Service,
    mobile::{REGIST_SMS, RESET_SMS},
    with_password,
};

const MOBILE: &str = "13800138000";
const MOBILES: [&str; 8] = [
    "+8613800138000",
    "8613800138000",
    "0086 138 0013 8000",
    "138-0013-8000",
    " 138\u{a0}0013\u{3000}8000 ",
    "\u{202d}13800138000\u{202c}",
    "１３８００１３８０００",
    "＋８６ 138‐0013—8000\u{feff}",
];

/// A code as some phones and input methods write it.
fn spelled(code: &str) -> String {
    let wide =
        |digit: char| char::from_u32(digit as u32 + 0xfee0).expect("a digit has a wide form");
    let (first, rest) = code.split_at(3);
    format!(
        " {} {rest}\u{200b}",
        first.chars().map(wide).collect::<String>()
    )
}

#[tokio::test]
async fn a_mobile_is_one_number_in_every_spelling() {
    let service = Service::start().await;
    let reply = service.ask(REGIST_SMS, MOBILES[0]).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    let code = spelled(&service.last_code(MOBILE).await);
    let reply = service.register_mobile(MOBILES[3], &code).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    for shown in ["mobile", "notify_phone", "name"] {
        assert_eq!(reply.body["customer"][shown], MOBILE, "{shown}");
    }
    let id = &reply.body["customer"]["id"];
    for mobile in MOBILES {
        service.advance(60);
        let login = service.log_in(mobile, "123456").await;
        assert_eq!(login.body["customer"]["id"], *id, "{mobile}");
        assert_eq!(login.body["account"], MOBILE);
        let login = service.log_in_to("app", mobile, "123456").await;
        assert_eq!(login.body["data"]["member"]["id"], *id, "{mobile}");
        for (endpoint, code) in [("regist", 201), ("reset", 200)] {
            let check = service.post(&format!("/api/v1/account/check_{endpoint}_mobile"));
            let reply = check.form(&[("mobile", mobile)]).await;
            assert_eq!(reply.body["code"], code, "{mobile}");
        }
    }
    service.advance(86_400);
    assert_eq!(service.ask(RESET_SMS, MOBILES[6]).await.body["code"], 200);
    let code = spelled(&service.last_code(MOBILE).await);
    let reply = service.reset_mobile(MOBILES[5], &code).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    assert!(service.logs_in(MOBILES[1], "654321").await);
    assert_eq!(service.items("login#", "login").await.len(), 1);
}

#[tokio::test]
async fn guesses_at_a_name_count_together_in_every_spelling() {
    let service = Service::start().await;
    for mobile in MOBILES {
        let reply = service.log_in(mobile, "wrong").await;
        assert_eq!(reply.body["code"], 201);
    }
    let reply = service.log_in(MOBILE, "wrong").await;
    assert_eq!(reply.body["attempts_left"], 10 - MOBILES.len() - 1);
}

#[tokio::test]
async fn a_mailbox_is_one_member_in_every_spelling() {
    let service = Service::start().await;
    let register = |email| {
        let request = service.post("/api/v1/account/register_with_email");
        request.form(&with_password(email, "123456"))
    };
    let reply = register("User@例子.中国").await;
    let canonical = "User@xn--fsqu00a.xn--fiqs8s";
    for shown in ["email", "notify_email"] {
        assert_eq!(reply.body["customer"][shown], canonical, "{}", reply.body);
    }
    let id = &reply.body["customer"]["id"];
    service.advance(60);
    for email in [
        "user@例子。中国",
        "USER@XN--FSQU00A.xn--fiqs8s",
        " user@例子.中国 ",
        "user@例子．中国",
    ] {
        let login = service.log_in(email, "123456").await;
        assert_eq!(login.body["customer"]["id"], *id, "{email}");
        let again = register(email).await;
        assert_eq!(
            again.body,
            json!({"code": 201, "message": "邮箱已被注册"}),
            "{email}"
        );
    }
    // The same letters, typed by another method.
    for (email, code) in [
        ("u@ｅｘａｍｐｌｅ.com", 200),
        ("u@example.com", 201),
        ("u@EXAMPLE.com", 201),
    ] {
        assert_eq!(register(email).await.body["code"], code, "{email}");
        service.advance(60);
    }
    assert_eq!(service.items("login#", "login").await.len(), 2);
}

#[tokio::test]
async fn a_user_name_is_found_in_every_form_of_its_letters() {
    let service = Service::start().await;
    service.register("二〇三〇_Ab").await;
    for name in [
        "二〇三〇_ab",
        "二〇三〇＿ＡＢ",
        " 二〇三〇_aB\u{200b}",
        "⼆〇三〇_ab",
    ] {
        assert!(service.logs_in(name, "123456").await, "{name}");
    }
    assert!(!service.logs_in("二0三0_ab", "123456").await);
    let members = service.items("member#", "member").await;
    assert_eq!(
        members
            .iter()
            .map(|member| &member["username"])
            .collect::<Vec<&Value>>(),
        ["二〇三〇_Ab"]
    );
}
