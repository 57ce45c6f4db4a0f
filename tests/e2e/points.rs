//! `POST /admin/members/{id}/points`, and where the balance shows.

mod budgets;
mod cursors;
mod model;
mod months;
mod pages;
mod races;
mod refusals;
mod years;

use serde_json::json;

use crate::support::{START, Service, request::OPERATOR};

/// When tests begin, as the wire says it.
const NOON: &str = "2030-06-15T12:00:00.000+08:00";

#[tokio::test]
async fn a_credit_and_a_spend_are_answered_with_entry_and_balance() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let reply = service.give(member.id, "order-1", 100, "订单积分").await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.body,
        json!({
            "code": 200,
            "message": "",
            "entry": {
                "id": 1,
                "point": 100,
                "reward_point_desc": "订单积分",
                "created_at": NOON,
            },
            "balance": 100,
        })
    );
    service.advance(1);
    let reply = service.give(member.id, "order-2", -30, "积分抵扣").await;
    assert_eq!(
        reply.body,
        json!({
            "code": 200,
            "message": "",
            "entry": {
                "id": 2,
                "point": -30,
                "reward_point_desc": "积分抵扣",
                "created_at": "2030-06-15T12:00:01.000+08:00",
            },
            "balance": 70,
        })
    );
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn an_entry_holds_the_operator_who_asked_for_it_and_shows_nobody() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let given = service.given(member.id, "k", 5).await;
    let entries = service.items("member#", "points#").await;
    assert_eq!(entries[0]["actor"], OPERATOR);
    let page = service.admin_details(member.id, "").await.body;
    for shown in [&given, &page] {
        assert!(!shown.to_string().contains(OPERATOR), "{shown}");
    }
    // What expires is asked for by nobody.
    service.advance(3 * 366 * 86_400);
    service.given(member.id, "later", 5).await;
    let expired = service.items("member#", "expiry#").await;
    assert_eq!((expired.len(), &expired[0]["actor"]), (1, &json!(null)));
}

#[tokio::test]
async fn a_member_sees_every_entry_newest_first() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "a", 100).await;
    service.advance(1);
    service.given(member.id, "b", -30).await;
    let seen = json!({
        "code": 200,
        "message": "",
        "reward_point_total": 70,
        "last_year_point": 0,
        "reward_point_details": [
            {
                "id": 2,
                "point": -30,
                "reward_point_desc": "订单",
                "created_at": "2030-06-15T12:00:01.000+08:00",
            },
            { "id": 1, "point": 100, "reward_point_desc": "订单", "created_at": NOON },
        ],
        "is_empty": false,
        "paging": { "size": 10, "view": 1, "pages": 1, "items": 2 },
    });
    let path = "/api/v1/account/reward_point_details";
    let get = service.get(path).cookie(&member.token).await;
    assert_eq!((get.status.as_u16(), get.body), (200, seen.clone()));
    let post = service.post(path).bearer(&member.token).await;
    assert_eq!((post.status.as_u16(), post.body), (200, seen.clone()));
    let form = service.post(path).bearer(&member.token);
    let form = form.form(&[("size", "10"), ("page", "1")]).await;
    assert_eq!(form.body, seen);
    let admin = service.admin_details(member.id, "").await;
    assert_eq!((admin.status.as_u16(), admin.body), (200, seen));
}

#[tokio::test]
async fn an_empty_ledger_says_so() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    for query in ["", "three_month_ago=1", "last_three_month=1", "nopage=Y"] {
        let reply = service.details(&member.token, query).await;
        let size = if query == "nopage=Y" { 4000 } else { 10 };
        assert_eq!(
            reply.body,
            json!({
                "code": 200,
                "message": "",
                "reward_point_total": 0,
                "last_year_point": 0,
                "reward_point_details": [],
                "is_empty": true,
                "paging": { "size": size, "view": 1, "pages": 0, "items": 0 },
            }),
            "{query}"
        );
    }
}

#[tokio::test]
async fn details_need_a_session() {
    let service = Service::start().await;
    let refused = json!({ "code": 212, "message": "请先登录" });
    for query in ["", "page=0"] {
        let path = format!("/api/v1/account/reward_point_details?{query}");
        assert_eq!(service.get(&path).await.body, refused);
        assert_eq!(service.post(&path).await.body, refused);
        let reply = service.get(&path).bearer("x").await;
        assert_eq!(reply.body, refused);
    }
    let member = service.holder("yhsduser").await;
    let logout = service.post("/api/v1/account/logout").bearer(&member.token);
    assert_eq!(logout.await.body["code"], 200);
    for query in ["", "page=0", "nopage=Y"] {
        assert_eq!(service.details(&member.token, query).await.body, refused);
    }
}

#[tokio::test]
async fn the_same_key_with_the_same_content_answers_the_first_entry_for_ever() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let credit = service.given(member.id, "k", 100).await;
    let spend = service.given(member.id, "s", -100).await;
    service.advance(5 * 366 * 86_400);
    service.given(member.id, "later", 7).await;
    let before = service.dump().await;
    // The balance is gone, and yet the spend is answered as it was.
    assert_eq!(service.given(member.id, "k", 100).await, credit);
    assert_eq!(service.given(member.id, "s", -100).await, spend);
    assert_eq!(service.dump().await, before);
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn keys_are_each_members_own() {
    let service = Service::start().await;
    let one = service.holder("yhsduser").await;
    let other = service.holder("another").await;
    service.given(one.id, "k", 1).await;
    assert_eq!(service.given(other.id, "k", 2).await["balance"], 2);
    // A key that looks like the ledger's own.
    service.given(one.id, "expiry#2032", 3).await;
    service.assert_adds_up(one.id).await;
    service.assert_adds_up(other.id).await;
}

#[tokio::test]
async fn the_widest_order_is_taken() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let (key, desc) = ("k".repeat(64), "𠮷".repeat(200));
    let reply = service.give(member.id, &key, 1_000_000_000, &desc).await;
    assert_eq!(reply.body["balance"], 1_000_000_000);
    assert_eq!(reply.body["entry"]["reward_point_desc"], desc);
    assert!(service.spent().write_units <= 5.0);
    service.given(member.id, "s", -1_000_000_000).await;
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn the_balance_shows_everywhere_it_is_promised() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "a", 100).await;
    service.advance(200 * 86_400); // 2031-01-01
    service.given(member.id, "b", 50).await;
    service.given(member.id, "c", -30).await;

    let login = service.log_in(&member.name, "123456").await;
    let token = login.cookie().unwrap();
    let current = service.get("/api/v1/account/current").bearer(&token).await;
    let save = service.post("/api/v1/account/save").bearer(&token);
    let save = save.form(&[("name", "会员")]).await;
    for reply in [&login, &current, &save] {
        let customer = &reply.body["customer"];
        assert_eq!(customer["point"], 120, "{}", reply.body);
        assert_eq!(customer["last_year_point"], 70);
    }

    let data = service.login(&member.name, "app").await;
    assert_eq!(data["member"]["user_integral"], 120);
    let refreshed = service
        .post("/v1/site/refresh")
        .form(&[
            ("refresh_token", data["refresh_token"].as_str().unwrap()),
            ("group", "app"),
        ])
        .await;
    let data = &refreshed.body["data"];
    assert_eq!(data["member"]["user_integral"], 120, "{}", refreshed.body);
    let saved = service
        .post("/v2/customer/account/up-userinfo")
        .bearer(data["access_token"].as_str().unwrap())
        .form(&[("nickname", "会员")])
        .await;
    let account = &saved.body["data"]["member"]["account"];
    assert_eq!(account["user_integral"], 120, "{}", saved.body);
    assert_eq!(account["accumulate_integral"], 150);
    assert_eq!(account["give_integral"], 150);
    assert_eq!(account["consume_integral"], "30.00");
    assert_eq!(account["frozen_integral"], 0);
    assert_eq!(service.now(), START + 200 * 86_400);
}
