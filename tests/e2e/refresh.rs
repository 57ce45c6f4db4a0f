//! `POST /v1/site/refresh` and `POST /v2/customer/account/refresh`.

use serde_json::{Value, json};

use shared::{store::sessions::SessionKey, token::Token};

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

#[tokio::test]
async fn a_lost_answer_is_given_again_as_long_as_nobody_used_the_new_pair() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let first = refresh(&service, &session["refresh_token"], "app").await;
    service.advance(3 * DAY);
    let mut again = refresh(&service, &session["refresh_token"], "app").await;
    again.body["timestamp"] = first.body["timestamp"].clone();
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn a_used_pair_leaves_the_old_token_a_minute() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let pair = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    assert!(service.is_live(text(&pair.0)).await);
    service.advance(59);
    assert_eq!(
        tokens(&refresh(&service, &session["refresh_token"], "app").await),
        pair
    );
    assert!(service.is_live(text(&pair.0)).await);

    service.advance(1);
    let reply = refresh(&service, &session["refresh_token"], "app").await;
    assert_eq!(
        reply.body,
        rageframe_refusal(401, "找不到用户", service.now())
    );
    assert!(
        !service.is_live(text(&pair.0)).await,
        "the leaked session has ended"
    );
    let reply = refresh(&service, &pair.1, "app").await;
    assert_eq!(
        reply.body,
        rageframe_refusal(401, "找不到用户", service.now())
    );
    assert_eq!(
        service.items("member#", "session#app").await,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn a_token_two_generations_old_ends_the_session() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let second = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    service.advance(100);
    let third = tokens(&refresh(&service, &second.1, "app").await);
    let reply = refresh(&service, &session["refresh_token"], "app").await;
    assert_eq!(
        reply.body,
        rageframe_refusal(401, "找不到用户", service.now())
    );
    assert!(!service.is_live(text(&third.0)).await);
    tokens(&service_relogin(&service).await);
}

async fn service_relogin(service: &Service) -> Reply {
    let fields = [
        ("username", "yhsduser"),
        ("password", "123456"),
        ("group", "app"),
    ];
    service.post("/v1/site/login").form(&fields).await
}

#[tokio::test]
async fn tokens_within_the_minute_are_answered_however_often_it_rotates() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let first = service.login("yhsduser", "app").await["refresh_token"].clone();
    let answer = tokens(&refresh(&service, &first, "app").await);
    let mut token = answer.1.clone();
    for _ in 0..12 {
        service.advance(2);
        token = tokens(&refresh(&service, &token, "app").await).1;
        assert_eq!(tokens(&refresh(&service, &first, "app").await), answer);
    }
}

#[tokio::test]
async fn a_leak_ends_the_session_though_it_has_rotated_since() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let access = Token::parse(text(&session["access_token"])).expect("a token");
    let key = SessionKey::of(&access, &service.app.config).expect("a group");
    let store = &service.app.store;
    let seen = store
        .session_and_member(&key, &access)
        .await
        .expect("the table answers");
    let (seen, _) = seen.expect("a session");
    let pair = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    assert!(
        store
            .end_session(&key, &seen)
            .await
            .expect("the table answers")
    );
    assert!(!service.is_live(text(&pair.0)).await);
}

#[tokio::test]
async fn an_old_token_does_not_end_the_session_of_a_later_login() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let pair = tokens(&refresh(&service, &session["refresh_token"], "app").await);
    let later = service.login("yhsduser", "app").await;
    service.advance(100);
    for token in [&session["refresh_token"], &pair.1] {
        let reply = refresh(&service, token, "app").await;
        assert_eq!(
            reply.body,
            rageframe_refusal(401, "找不到用户", service.now())
        );
    }
    assert!(service.is_live(text(&later["access_token"])).await);
}

#[tokio::test]
async fn a_session_rotated_many_times_stays_small() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let mut token = service.login("yhsduser", "app").await["refresh_token"].clone();
    for _ in 0..30 {
        service.advance(3600);
        token = tokens(&refresh(&service, &token, "app").await).1;
        assert!(service.spent().trips <= 2);
        let session = service.items("member#", "session#app").await;
        let retired = session[0]["retired"].as_array().expect("a list").len();
        assert!((1..=8).contains(&retired), "{retired}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_and_a_save_at_once_leave_one_session_and_save_or_refuse() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    for round in 0..10 {
        let session = service.login("yhsduser", "app").await;
        let (access, token) = (
            text(&session["access_token"]),
            text(&session["refresh_token"]),
        );
        let nickname = format!("round {round}");
        let save = service
            .post("/v2/customer/account/up-userinfo")
            .bearer(access);
        let save = tokio::spawn(save.form(&[("nickname", &nickname)]).into_future());
        let fields = [("refresh_token", token), ("group", "app")];
        let rotate = tokio::spawn(service.post(PATHS[0]).form(&fields).into_future());
        let (saved, rotated) = (
            save.await.expect("an answer"),
            rotate.await.expect("an answer"),
        );
        let member = service.items("member#", "member").await;
        let is_saved = member[0]["profile"]["nickname"] == nickname.as_str();
        assert_eq!(
            saved.body["code"],
            if is_saved { 200 } else { 401 },
            "{}",
            saved.body
        );
        let pair = tokens(&rotated);
        if is_saved {
            assert_eq!(saved.body["data"]["access_token"], pair.0);
        }
        assert!(service.is_live(text(&pair.0)).await);
        assert_eq!(member[0]["visit_count"], 1 + 2 * (round + 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twelve_parallel_refreshes_get_the_same_answer_and_count_one_visit() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let token = session["refresh_token"].as_str().expect("a token");
    let requests: Vec<_> = (0..12)
        .map(|number| {
            let fields = [("refresh_token", token), ("group", "app")];
            tokio::spawn(service.post(PATHS[number % 2]).form(&fields).into_future())
        })
        .collect();
    let mut answers = Vec::new();
    for request in requests {
        answers.push(request.await.expect("an answer").body);
    }
    assert_eq!(answers[0]["code"], 200, "{}", answers[0]);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(answers[0]["data"]["member"]["visit_count"], 3);
    let member = service.items("member#", "member").await;
    assert_eq!(member[0]["visit_count"], 3);
    let session = service.items("member#", "session#app").await;
    assert_eq!(session[0]["retired"].as_array().map(Vec::len), Some(1));
    assert!(
        service
            .is_live(text(&answers[0]["data"]["access_token"]))
            .await
    );
}
