//! Orders that are refused, and who may give them.

use std::net::SocketAddr;

use huiyuan::guard::Guard;
use serde_json::{Value, json};

use crate::support::{RequestBuilder, Service};

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
    let local = huiyuan::service::with_addresses(&service.app, &service.registration);
    let local = Guard::new(3000, &service.app.random).before(local);
    let path = format!("/admin/members/{}/points", member.id);
    let before = service.dump().await;
    let credit = json!({ "key": "k", "point": 100, "desc": "d" });
    let from = |peer: &str, host: &str, hop: &str| {
        let peer: SocketAddr = peer.parse().expect("an address");
        let request = RequestBuilder::to(local.clone(), "POST", &path, host);
        let request = request.header("x-forwarded-for", hop).json(credit.clone());
        request.connected(peer)
    };
    let (here, own) = ("127.0.0.1:5", "localhost:3000");
    for peer in ["192.0.2.7:5", "[2001:db8::1]:5", "10.0.0.1:5"] {
        let reply = from(peer, own, "127.0.0.1").await;
        assert_eq!(reply.status, 403, "{peer}");
        assert_eq!(
            reply.body,
            json!({ "message": "only this machine may call this" })
        );
    }
    for host in ["evil.example", "evil.example:3000", "localhost:3001"] {
        assert_eq!(from(here, host, "").await.status, 403, "{host}");
    }
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:3000"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let reply = from(here, own, "").header(name, value).await;
        assert_eq!(reply.status, 403, "{name}: {value}");
    }
    assert_eq!(service.dump().await, before);
    for (peer, hop) in [
        (here, "192.0.2.7"),
        ("[::1]:5", ""),
        ("[::ffff:127.0.0.1]:5", ""),
    ] {
        let reply = from(peer, own, hop).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["balance"]),
            (200, &json!(100)),
            "{peer}"
        );
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
        (json!([]), "幂等键不能为空"),
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
