//! Refreshes at once, with each other and with what rotates as well.

use super::{PATHS, text, tokens};
use crate::support::Service;

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
