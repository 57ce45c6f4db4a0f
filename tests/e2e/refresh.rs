//! `POST /v1/site/refresh` and `POST /v2/customer/account/refresh`.

mod again;
mod races;
mod stolen_table;

use serde_json::{Value, json};

use crate::support::{Reply, START, Service, rageframe_refusal};

const PATHS: [&str; 2] = ["/v1/site/refresh", "/v2/customer/account/refresh"];
const DAY: i64 = 86_400;

async fn refresh(service: &Service, token: &Value, group: &str) -> Reply {
    let token = token.as_str().expect("a token");
    let fields = [("refresh_token", token), ("group", group)];
    service.post(PATHS[0]).form(&fields).await
}

fn text(token: &Value) -> &str {
    token.as_str().expect("a token")
}

fn tokens(reply: &Reply) -> (Value, Value) {
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    let data = &reply.body["data"];
    (data["access_token"].clone(), data["refresh_token"].clone())
}

#[tokio::test]
async fn a_refresh_rotates_both_tokens_and_counts_a_visit() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for (count, path) in PATHS.iter().enumerate() {
        let old = service.login("yhsduser", "wechat").await;
        service.advance(10);
        let token = old["refresh_token"].as_str().expect("a token");
        let reply = service
            .post(path)
            .json(json!({"refresh_token": token, "group": "wechat"}))
            .await;
        let data = &reply.body["data"];
        let mut member = old["member"].clone();
        member["visit_count"] = json!(3 + 2 * count);
        for at in ["last_time", "allowance_updated_at", "updated"] {
            member[at] = json!(service.now());
        }
        assert_eq!(
            reply.body,
            json!({
                "code": 200,
                "message": "OK",
                "data": {
                    "refresh_token": data["refresh_token"],
                    "access_token": data["access_token"],
                    "expiration_time": 172_800,
                    "member": member,
                },
                "timestamp": service.now(),
            })
        );
        assert_ne!(data["access_token"], old["access_token"]);
        assert_ne!(data["refresh_token"], old["refresh_token"]);
        assert!(!service.is_live(text(&old["access_token"])).await);
        assert!(service.is_live(text(&data["access_token"])).await);
    }
}

#[tokio::test]
async fn the_first_bad_parameter_is_refused_in_the_documented_order() {
    let service = Service::start().await;
    for path in PATHS {
        for (body, message) in [
            (json!({}), "重置令牌不能为空。"),
            (json!({"refresh_token": {}}), "重置令牌必须是一条字符串。"),
            (json!({"refresh_token": "x"}), "组别不能为空。"),
            (
                json!({"refresh_token": "x", "group": "web"}),
                "组别是无效的。",
            ),
        ] {
            let reply = service.post(path).json(body).await;
            assert_eq!(reply.body, rageframe_refusal(422, message, START));
        }
    }
}

#[tokio::test]
async fn an_unknown_token_or_one_of_another_group_finds_nobody() {
    let service = Service::start().await;
    let browser = json!(service.register("yhsduser").await);
    let session = service.login("yhsduser", "app").await;
    let refresh_token = session["refresh_token"].as_str().expect("a token");
    let mut forged = refresh_token.to_owned();
    let swapped = if &forged[20..21] == "A" { "B" } else { "A" };
    forged.replace_range(20..21, swapped);
    let later = refresh_token.replace(&START.to_string(), &(START + 1).to_string());
    let unknown = rageframe_refusal(401, "找不到用户", START);
    for token in [
        json!("rubbish"),
        json!(forged),
        json!(later),
        session["access_token"].clone(),
    ] {
        assert_eq!(refresh(&service, &token, "app").await.body, unknown);
    }
    assert_eq!(refresh(&service, &browser, "app").await.body, unknown);
    assert_eq!(
        refresh(&service, &session["refresh_token"], "wechat")
            .await
            .body,
        unknown
    );
    assert!(
        service.is_live(text(&session["access_token"])).await,
        "a guess ends nothing"
    );
    tokens(&refresh(&service, &session["refresh_token"], "app").await);
}

#[tokio::test]
async fn an_expired_token_says_so() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    service.advance(30 * DAY - 1);
    let next = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    service.advance(30 * DAY);
    let expired = "您的重置令牌已经过期，请重新登录";
    for token in [&next.1, &session["refresh_token"]] {
        let reply = refresh(&service, token, "app").await;
        assert_eq!(reply.body, rageframe_refusal(401, expired, service.now()));
    }
}
