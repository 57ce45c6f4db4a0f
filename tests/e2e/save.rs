//! `POST /api/v1/account/save`.

use serde_json::{Value, json};

use crate::support::Service;

const SAVE: &str = "/api/v1/account/save";

#[tokio::test]
async fn save_changes_what_is_sent_and_nothing_else() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let reply = service
        .post(SAVE)
        .cookie(&token)
        .form(&[
            ("notify_email", "user@youhaosuda.com"),
            ("notify_phone", "13824402932"),
            ("real_name", "王小明"),
            ("sex", "male"),
            ("birthday", "1926-08-17"),
            ("indentity_card", "11010519491231002x"),
            ("name", "老王"),
            (
                "meta_fields",
                r#"{"name":"尺码","description":"","fields":{"a":1},"x":2}"#,
            ),
        ])
        .await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    let saved = reply.body["customer"].clone();
    for (key, value) in [
        ("notify_email", json!("user@youhaosuda.com")),
        ("notify_phone", json!("13824402932")),
        ("real_name", json!("王小明")),
        ("sex", json!("male")),
        ("birthday", json!("1926-08-17")),
        ("indentity_card", json!("1101**********002X")),
        ("name", json!("老王")),
        (
            "metas",
            json!({"name": "尺码", "description": "", "fields": {"a": 1}}),
        ),
        ("uname", json!("yhsduser")),
    ] {
        assert_eq!(saved[key], value, "{key}");
    }

    let reply = service
        .post(SAVE)
        .cookie(&token)
        .form(&[("sex", "female"), ("birthday", "")]);
    let mut expected = saved;
    expected["sex"] = json!("female");
    expected["birthday"] = Value::Null;
    let answer = json!({"code": 200, "message": "", "customer": expected});
    assert_eq!(reply.await.body, answer);
    let current = service.get("/api/v1/account/current").cookie(&token).await;
    assert_eq!(current.body, answer);
}

#[tokio::test]
async fn save_refuses_a_bad_value_and_changes_nothing() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let before = service.dump().await;
    let long = "长".repeat(51);
    let heavy = json!({"fields": ["x".repeat(5_000)]}).to_string();
    for (field, value, message) in [
        ("notify_email", "user", "邮箱格式不正确"),
        ("notify_phone", "12345678901", "手机号码格式不正确"),
        ("real_name", long.as_str(), "真实姓名格式不正确"),
        ("sex", "男", "性别格式不正确"),
        ("birthday", "1926-8", "生日格式不正确"),
        ("notify_email", "张三@example.com", "邮箱格式不正确"),
        ("notify_email", "\"<script>\"@example.com", "邮箱格式不正确"),
        (
            "indentity_card",
            "1101**********002X",
            "身份证号码格式不正确",
        ),
        ("name", "\u{200b}", "昵称格式不正确"),
        ("name", "老\u{202e}王", "昵称格式不正确"),
        ("real_name", "王\0小明", "真实姓名格式不正确"),
        ("real_name", "\u{3164}", "真实姓名格式不正确"),
        ("birthday", "1926-02-30", "生日格式不正确"),
        ("birthday", "2030-06-15", "生日格式不正确"),
        ("birthday", "yesterday", "生日格式不正确"),
        ("birthday", "-0044-03-15", "生日格式不正确"),
        ("birthday", "+1990-01-01", "生日格式不正确"),
        ("birthday", "0000-01-01", "生日格式不正确"),
        (
            "indentity_card",
            "110105194912310021",
            "身份证号码格式不正确",
        ),
        ("name", long.as_str(), "昵称格式不正确"),
        ("meta_fields", "[]", "附加信息格式不正确"),
        ("meta_fields", "{", "附加信息格式不正确"),
        ("meta_fields", r#"{"name":1}"#, "附加信息格式不正确"),
        ("meta_fields", heavy.as_str(), "附加信息格式不正确"),
    ] {
        let request = service.post(SAVE).cookie(&token);
        let reply = request
            .form(&[("name", "老王"), ("sex", "male"), (field, value)])
            .await;
        if field != "name" && field != "sex" {
            assert_eq!(
                reply.body,
                json!({"code": 201, "message": message}),
                "{field} {value:.20}"
            );
        }
        let reply = service
            .post(SAVE)
            .cookie(&token)
            .form(&[(field, value)])
            .await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": message}),
            "{field} {value:.20}"
        );
    }
    let reply = service
        .post(SAVE)
        .cookie(&token)
        .json(json!({"meta_fields": {"name": "x"}}));
    assert_eq!(reply.await.body["message"], "附加信息格式不正确");
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn save_keeps_a_value_in_its_one_spelling() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    for (field, value, kept) in [
        ("birthday", "1997/3/5", "1997-03-05"),
        ("birthday", "1997-3-05", "1997-03-05"),
        ("birthday", " 1997/03/05 ", "1997-03-05"),
        ("notify_phone", "+86 138-2440-2932", "13824402932"),
        ("notify_phone", "\u{202d}13824402932\u{202c}", "13824402932"),
        (
            "notify_phone",
            "００８６１３８２４４０２９３２",
            "13824402932",
        ),
        (
            "notify_email",
            "User@例子.中国",
            "User@xn--fsqu00a.xn--fiqs8s",
        ),
        (
            "notify_email",
            "user@ｅｘａｍｐｌｅ.com",
            "user@example.com",
        ),
        ("name", "❤\u{fe0f} 👩\u{200d}💻", "❤\u{fe0f} 👩\u{200d}💻"),
    ] {
        let reply = service.post(SAVE).cookie(&token).form(&[(field, value)]);
        let reply = reply.await;
        assert_eq!(reply.body["code"], 200, "{value}: {}", reply.body);
        assert_eq!(reply.body["customer"][field], kept, "{value}");
    }
}

#[tokio::test]
async fn an_identity_card_is_shown_masked_and_its_mask_changes_nothing() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let save = |card: &str| {
        let request = service.post(SAVE).cookie(&token);
        request.form(&[("indentity_card", card)])
    };
    let stored =
        async || service.items("member#", "member").await[0]["profile"]["identity_card"].clone();
    for (card, kept, mask) in [
        (
            "11010519491231002x",
            "11010519491231002X",
            "1101**********002X",
        ),
        ("110105491231002", "110105491231002", "1101*******1002"),
    ] {
        assert_eq!(save(card).await.body["customer"]["indentity_card"], mask);
        for again in [mask, &mask.to_lowercase(), &format!(" {mask} ")] {
            let reply = save(again).await;
            assert_eq!(reply.body["code"], 200, "{again}");
            assert_eq!(reply.body["customer"]["indentity_card"], mask);
            assert_eq!(stored().await, kept);
        }
        for shown in [
            service.get("/api/v1/account/current").cookie(&token).await,
            service.log_in("yhsduser", "123456").await,
        ] {
            assert_eq!(shown.body["customer"]["indentity_card"], mask);
        }
        let another = save("4405**********0014").await;
        assert_eq!(another.body["code"], 201);
        assert_eq!(stored().await, kept);
    }
    assert_eq!(
        save("").await.body["customer"]["indentity_card"],
        Value::Null
    );
}
