//! `POST /admin/members/{id}/points`, and where the balance shows.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::support::{START, Service};

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
async fn the_same_key_with_other_content_is_refused_and_says_so() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "k", 100).await;
    let before = service.dump().await;
    for (point, desc) in [
        (101, "订单"),
        (-100, "订单"),
        (-101, "订单"),
        (100, "订单 "),
    ] {
        let reply = service.give(member.id, "k", point, desc).await;
        assert_eq!(
            reply.body,
            json!({ "code": 201, "message": "幂等键已用于内容不同的积分记录" })
        );
    }
    assert_eq!(service.dump().await, before);
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
async fn a_spend_beyond_the_balance_is_refused_with_the_balance() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let refused = |balance| json!({ "code": 201, "message": "积分不足", "balance": balance });
    let reply = service.give(member.id, "s", -1, "订单").await;
    assert_eq!(reply.body, refused(0));
    service.given(member.id, "k", 80).await;
    let before = service.dump().await;
    let reply = service.give(member.id, "s", -81, "订单").await;
    assert_eq!(reply.body, refused(80));
    assert_eq!(service.dump().await, before);
    // A key that was refused is free.
    assert_eq!(service.given(member.id, "s", -80).await["balance"], 0);
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn an_unknown_member_is_refused_and_nothing_is_written() {
    let service = Service::start().await;
    let refused = json!({ "code": 201, "message": "会员不存在" });
    for id in ["1", "0", "x", "-1", "9007199254740992", "1.5", "%ff", "%20"] {
        let path = format!("/admin/members/{id}/points");
        let body = json!({ "key": "k", "point": 1, "desc": "d" });
        let reply = service.post(&path).operator().json(body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.body),
            (200, refused.clone()),
            "{id}"
        );
        let reply = service.get(&path).operator().await;
        assert_eq!(
            (reply.status.as_u16(), reply.body),
            (200, refused.clone()),
            "{id}"
        );
    }
    assert_eq!(service.dump().await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_operators_routes_do_not_exist_for_anybody_else() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let before = service.dump().await;
    let path = format!("/admin/members/{}/points", member.id);
    let body = json!({ "key": "k", "point": 1, "desc": "d" });
    let post = service.post(&path).bearer(&member.token).json(body).await;
    let get = service.get(&path).cookie(&member.token).await;
    for reply in [post, get] {
        assert_eq!(reply.status, 404);
        assert_eq!(reply.body, json!({ "message": "Not Found" }));
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn the_local_stack_opens_the_operators_routes_on_loopback_alone() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let local = huiyuan::service::with_addresses(&service.app);
    let path = format!("/admin/members/{}/points", member.id);
    let from = |peer: &str, hop: &str| {
        let peer: SocketAddr = peer.parse().expect("an address");
        let request = service.get(&path).header("x-forwarded-for", hop);
        request.connected(peer).through(&local)
    };
    for (peer, hop) in [
        ("127.0.0.1:5", "192.0.2.7"),
        ("[::1]:5", ""),
        ("[::ffff:127.0.0.1]:5", ""),
    ] {
        let reply = from(peer, hop).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"]),
            (200, &json!(200)),
            "{peer}"
        );
    }
    for peer in ["192.0.2.7:5", "[2001:db8::1]:5", "10.0.0.1:5"] {
        let reply = from(peer, "127.0.0.1").await;
        assert_eq!(reply.status, 404, "{peer}");
        assert_eq!(reply.body, json!({ "message": "Not Found" }));
    }
}

#[tokio::test]
async fn every_bad_parameter_of_an_order_is_refused_by_name() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let before = service.dump().await;
    let long = |count| "x".repeat(count);
    let (key, point) = (
        "幂等键须为1-64个可见ASCII字符",
        "积分须为±1000000000以内的非零整数",
    );
    let cases = [
        (json!({ "point": 1, "desc": "d" }), "幂等键不能为空"),
        (
            json!({ "key": "", "point": 1, "desc": "d" }),
            "幂等键不能为空",
        ),
        (
            json!({ "key": null, "point": 1, "desc": "d" }),
            "幂等键不能为空",
        ),
        (
            json!({ "key": ["k"], "point": 1, "desc": "d" }),
            "幂等键格式不正确",
        ),
        (json!({ "key": "订单", "point": 1, "desc": "d" }), key),
        (json!({ "key": "a\nb", "point": 1, "desc": "d" }), key),
        (json!({ "key": long(65), "point": 1, "desc": "d" }), key),
        (json!({ "key": "k", "desc": "d" }), "积分不能为空"),
        (
            json!({ "key": "k", "point": "", "desc": "d" }),
            "积分不能为空",
        ),
        (
            json!({ "key": "k", "point": {}, "desc": "d" }),
            "积分格式不正确",
        ),
        (json!({ "key": "k", "point": 0, "desc": "d" }), point),
        (json!({ "key": "k", "point": "-0", "desc": "d" }), point),
        (json!({ "key": "k", "point": "+1", "desc": "d" }), point),
        (json!({ "key": "k", "point": 1.5, "desc": "d" }), point),
        (json!({ "key": "k", "point": "一", "desc": "d" }), point),
        (json!({ "key": "k", "point": true, "desc": "d" }), point),
        (
            json!({ "key": "k", "point": 1_000_000_001, "desc": "d" }),
            point,
        ),
        (
            json!({ "key": "k", "point": -1_000_000_001, "desc": "d" }),
            point,
        ),
        (json!({ "key": "k", "point": 1e300, "desc": "d" }), point),
        (json!({ "key": "k", "point": 1 }), "说明不能为空"),
        (
            json!({ "key": "k", "point": 1, "desc": "" }),
            "说明不能为空",
        ),
        (
            json!({ "key": "k", "point": 1, "desc": [] }),
            "说明格式不正确",
        ),
        (
            json!({ "key": "k", "point": 1, "desc": "字".repeat(201) }),
            "说明长度须为1-200个字符",
        ),
        (json!([]), "请求参数格式不正确"),
    ];
    for (body, message) in cases {
        let path = format!("/admin/members/{}/points", member.id);
        let reply = service.post(&path).operator().json(body.clone()).await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.body,
            json!({ "code": 201, "message": message }),
            "{body}"
        );
    }
    assert_eq!(service.dump().await, before);
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

    let login = service
        .post("/api/v1/account/login")
        .form(&[("account", &*member.name), ("password", "123456")]);
    let login = login.await;
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
