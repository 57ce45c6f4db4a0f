//! The parameters of `reward_point_details`, and pages of ledgers large and growing.

use serde_json::{Value, json};
use shared::base::clock::Time;

use crate::support::{START, Service};

const PATH: &str = "/api/v1/account/reward_point_details";

/// The places of a page's entries.
pub(super) fn places(body: &Value) -> Vec<u64> {
    let details = body["reward_point_details"].as_array();
    let details = details.unwrap_or_else(|| panic!("{body}"));
    details
        .iter()
        .filter_map(|entry| entry["id"].as_u64())
        .collect()
}

/// One point a second, from the clock's time on.
fn seconds(from: i64, many: i64) -> impl Iterator<Item = Time> {
    (0..many).map(move |second| Time::from_seconds(from + second))
}

#[tokio::test]
async fn every_bad_value_of_every_parameter_is_refused_by_name() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "k", 1).await;
    let before = service.dump().await;
    let size = "每页数目须为1-100的整数";
    let page = "页码须为正整数";
    let cases: [(&str, &[&str], &str); 5] = [
        (
            "size",
            &[
                "0",
                "101",
                "-1",
                "+5",
                "1.5",
                "ten",
                " 10",
                "１０",
                "1e1",
                "18446744073709551616",
            ],
            size,
        ),
        (
            "page",
            &["0", "-1", "+1", "1.0", "x", "18446744073709551616"],
            page,
        ),
        ("nopage", &["yes", "1", "true", "是"], "是否分页须为Y或N"),
        (
            "three_month_ago",
            &["yes", "2", "-1", "真"],
            "三个月前格式不正确",
        ),
        (
            "last_three_month",
            &["yes", "2", "-1", "真"],
            "三个月内格式不正确",
        ),
    ];
    for (name, values, message) in cases {
        let refused = json!({ "code": 201, "message": message });
        for value in values {
            let form = [(name, *value)];
            let posted = service.post(PATH).bearer(&member.token).form(&form).await;
            assert_eq!(posted.body, refused, "{name}={value}");
            let mut query = form_urlencoded::Serializer::new(String::new());
            let query = query.extend_pairs(form).finish();
            let got = service.details(&member.token, &query).await;
            assert_eq!(got.body, refused, "{name}={value}");
            let admin = service.admin_details(member.id, &query).await;
            assert_eq!(admin.body, refused, "{name}={value}");
        }
        let label = message.split(['须', '格']).next().unwrap();
        let nested = json!({ "code": 201, "message": format!("{label}格式不正确") });
        let body = json!({ name: [1] });
        let reply = service.post(PATH).bearer(&member.token).json(body).await;
        assert_eq!(reply.body, nested, "{name}");
        let twice = service
            .details(&member.token, &format!("{name}=1&{name}=1"))
            .await;
        assert_eq!(twice.body, nested, "{name}");
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn good_values_are_taken_as_clients_send_them() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "old", 1).await;
    service.advance(100 * 86_400);
    service.given(member.id, "new", 2).await;
    let read = async |body: Value| {
        let token = service.browser(&member.name).await;
        places(&service.post(PATH).cookie(&token).json(body).await.body)
    };
    for yes in [json!(true), json!("true"), json!(1), json!("1")] {
        assert_eq!(read(json!({ "three_month_ago": yes })).await, [1]);
        assert_eq!(read(json!({ "last_three_month": yes })).await, [2]);
        let both = json!({ "three_month_ago": yes, "last_three_month": yes });
        assert_eq!(read(both).await, [2, 1]);
    }
    for no in [
        json!(false),
        json!("false"),
        json!(0),
        json!(""),
        json!(null),
    ] {
        let neither = json!({ "three_month_ago": no, "last_three_month": no });
        assert_eq!(read(neither).await, [2, 1]);
    }
    assert_eq!(read(json!({ "size": 1 })).await, [2]);
    assert_eq!(read(json!({ "size": "1", "page": 2 })).await, [1]);
    assert_eq!(read(json!({ "size": 1, "page": 3 })).await, [0; 0]);
    assert_eq!(read(json!({ "page": u64::MAX, "size": 100 })).await, [0; 0]);
    assert_eq!(
        read(json!({ "size": 1, "nopage": "Y", "page": 7 })).await,
        [2, 1]
    );
    assert_eq!(read(json!({ "size": 1, "nopage": "N" })).await, [2]);
    assert_eq!(
        read(json!({ "size": "", "page": "", "nopage": "" })).await,
        [2, 1]
    );
}

#[tokio::test]
async fn pages_of_every_size_show_every_entry_once() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.load(member.id, seconds(START, 103)).await;
    service.advance(200);
    for size in [1, 7, 10, 32, 100] {
        let mut seen = Vec::new();
        let pages = 103_u64.div_ceil(size);
        for page in 1..=pages + 1 {
            let body = service
                .details(&member.token, &format!("size={size}&page={page}"))
                .await
                .body;
            let paging = json!({ "size": size, "view": page, "pages": pages, "items": 103 });
            assert_eq!(body["paging"], paging);
            assert_eq!(body["is_empty"], page > pages);
            seen.extend(places(&body));
        }
        assert_eq!(seen, (1..=103).rev().collect::<Vec<_>>(), "{size}");
    }
}

#[tokio::test]
async fn a_ledger_that_grows_while_it_is_read_shows_no_entry_twice_and_misses_none() {
    // Of 35 entries 20 are older than three months, and time moves on as well.
    let readers = [
        ("size=9", 35),
        ("size=9&last_three_month=1", 35),
        ("size=5&three_month_ago=1", 20),
    ];
    for (query, there) in readers {
        let service = Service::start().await;
        let member = service.holder("yhsduser").await;
        service.load(member.id, seconds(START, 35)).await;
        service.advance(if there == 20 { 92 * 86_400 + 20 } else { 100 });
        let token = service.browser(&member.name).await;
        let mut seen = Vec::new();
        for page in 1..=4 {
            let page_query = format!("{query}&page={page}");
            let body = service.details(&token, &page_query).await.body;
            seen.extend(places(&body));
            assert_eq!(body["paging"]["items"], there, "{query} {page}");
            for more in 0..=page {
                service.given(member.id, &format!("{page}-{more}"), 1).await;
                service.advance(60);
            }
        }
        assert_eq!(seen, (1..=there).rev().collect::<Vec<_>>(), "{query}");
        // A first page is always of now, and an hour later so is any.
        let items = |body: Value| body["paging"]["items"].as_u64().unwrap();
        let now = items(service.admin_details(member.id, query).await.body);
        assert_eq!(now, if there == 20 { 35 } else { 49 });
        service.given(member.id, "last", 1).await;
        service.advance(3600);
        let later = items(service.admin_details(member.id, query).await.body);
        let second = service
            .details(&token, &format!("{query}&page=2"))
            .await
            .body;
        assert_eq!(items(second), later);
        let first = service.details(&token, query).await.body;
        assert_eq!(items(first), later);
    }
}

#[tokio::test]
async fn nopage_gives_all_up_to_its_limit_and_says_what_is_left() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let most = i64::try_from(points::MOST_AT_ONCE).unwrap();
    service.load(member.id, seconds(START, most)).await;
    service.advance(most);
    let body = service.details(&member.token, "nopage=Y").await.body;
    assert_eq!(service.spent().trips, 2);
    assert_eq!(places(&body), (1..=4000).rev().collect::<Vec<_>>());
    let paging = json!({ "size": 4000, "view": 1, "pages": 1, "items": 4000 });
    assert_eq!(body["paging"], paging);
    assert_eq!(body["reward_point_total"], 4000);

    service.given(member.id, "one more", 1).await;
    let body = service.details(&member.token, "nopage=Y").await.body;
    assert_eq!(places(&body), (2..=4001).rev().collect::<Vec<_>>());
    let paging = json!({ "size": 4000, "view": 1, "pages": 2, "items": 4001 });
    assert_eq!(body["paging"], paging);
    let rest = service
        .details(&member.token, "size=100&page=41")
        .await
        .body;
    assert_eq!(places(&rest), [1]);
}
