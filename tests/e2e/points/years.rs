//! Points at the ends of years, at `+08:00`.

use std::future::IntoFuture;

use serde_json::{Value, json};
use shared::base::clock::Time;

use crate::support::Service;

/// Moves the clock to `seconds` after the start of a year.
fn go_to(service: &Service, year: i32, seconds: i64) {
    service.advance(Time::year_start(year).seconds() + seconds - service.now());
}

/// `point` and `last_year_point` of `current`, `reward_point_total` and `last_year_point` of the
/// details, and the number of entries.
async fn shown(service: &Service, token: &str) -> [i64; 5] {
    let current = service.get("/api/v1/account/current").bearer(token).await;
    let customer = &current.body["customer"];
    let details = service.details(token, "").await;
    [
        &customer["point"],
        &customer["last_year_point"],
        &details.body["reward_point_total"],
        &details.body["last_year_point"],
        &details.body["paging"]["items"],
    ]
    .map(|value| value.as_i64().unwrap_or_else(|| panic!("{}", details.body)))
}

#[tokio::test]
async fn totals_are_right_a_second_before_and_at_the_new_year_of_an_untouched_ledger() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "2030", 100).await;
    go_to(&service, 2031, -1);
    let token = service.browser(&member.name).await;
    assert_eq!(shown(&service, &token).await, [100, 0, 100, 0, 1]);
    service.advance(1);
    assert_eq!(shown(&service, &token).await, [100, 100, 100, 100, 1]);
    go_to(&service, 2032, -1);
    let token = service.browser(&member.name).await;
    assert_eq!(shown(&service, &token).await, [100, 100, 100, 100, 1]);
    service.advance(1);
    assert_eq!(shown(&service, &token).await, [0, 0, 0, 0, 2]);
    let data = service.login(&member.name, "app").await;
    assert_eq!(data["member"]["user_integral"], 0);
    assert_eq!(
        service.items("member#", "expiry#").await,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn what_expired_is_an_entry_when_it_is_read_and_the_same_once_it_is_written() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "2030", 100).await;
    service.given(member.id, "spend", -30).await;
    go_to(&service, 2032, 86_400);
    let expired = json!({
        "id": 3,
        "point": -70,
        "reward_point_desc": "积分过期",
        "created_at": "2032-01-01T00:00:00.000+08:00",
    });
    let token = service.browser(&member.name).await;
    for _ in 0..2 {
        let read = service.details(&token, "").await.body;
        assert_eq!(read["reward_point_details"][0], expired, "{read}");
        assert_eq!(read["paging"]["items"], 3);
    }
    let second = service.details(&token, "size=1&page=2").await.body;
    assert_eq!(second["reward_point_details"][0]["id"], 2, "{second}");

    // A refused spend writes nothing.
    let refused = service.give(member.id, "s", -1, "订单").await;
    let few = json!({ "code": 201, "message": "积分不足", "balance": 0 });
    assert_eq!(refused.body, few);
    assert_eq!(service.items("member#", "expiry#").await.len(), 0);

    service.given(member.id, "2032", 5).await;
    let spent = service.spent();
    assert!(spent.write_units <= 8.0, "{spent:?}");
    service.given(member.id, "more", 5).await;
    let read = service.details(&token, "").await.body;
    let details = read["reward_point_details"].as_array().unwrap();
    assert_eq!(details.len(), 5);
    assert_eq!(details[2], expired);
    assert_eq!(service.items("member#", "expiry#").await.len(), 1);
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn spends_take_the_oldest_year_first() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "2030", 100).await;
    go_to(&service, 2031, 0);
    service.given(member.id, "2031", 50).await;
    service.given(member.id, "spend", -70).await;
    let page = service.admin_details(member.id, "").await.body;
    assert_eq!(
        (&page["reward_point_total"], &page["last_year_point"]),
        (&json!(80), &json!(30))
    );
    service.given(member.id, "spend more", -40).await;
    let page = service.admin_details(member.id, "").await.body;
    assert_eq!(
        (&page["reward_point_total"], &page["last_year_point"]),
        (&json!(40), &json!(0))
    );
    // Nothing of 2030 is left to expire.
    go_to(&service, 2032, 0);
    let page = service.admin_details(member.id, "").await.body;
    assert_eq!(
        (&page["reward_point_total"], &page["last_year_point"]),
        (&json!(40), &json!(40))
    );
    assert_eq!(page["paging"]["items"], 4);
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn a_member_away_for_years_loses_each_year_at_its_own_end() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "2030", 10).await;
    go_to(&service, 2031, 0);
    service.given(member.id, "2031", 20).await;
    go_to(&service, 2035, 40 * 86_400);
    let entry = |id, point, at: &str| json!({ "id": id, "point": point, "reward_point_desc": "积分过期", "created_at": at });
    let expired = [
        entry(4, -20, "2033-01-01T00:00:00.000+08:00"),
        entry(3, -10, "2032-01-01T00:00:00.000+08:00"),
    ];
    for (query, items) in [
        ("", 4),
        ("three_month_ago=true", 4),
        ("last_three_month=true", 0),
    ] {
        let page = service.admin_details(member.id, query).await.body;
        assert_eq!(page["paging"]["items"], items, "{query} {page}");
        let details = page["reward_point_details"].as_array().unwrap();
        assert_eq!(details[..items.min(2)], expired[..items.min(2)]);
    }
    service.given(member.id, "2035", 1).await;
    let page = service
        .admin_details(member.id, "three_month_ago=true")
        .await
        .body;
    assert_eq!(
        page["reward_point_details"].as_array().unwrap()[..2],
        expired
    );
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn parallel_writes_after_a_new_year_write_what_expired_once() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "2030", 100).await;
    go_to(&service, 2032, 0);
    let writes: Vec<_> = (0..10)
        .map(|write| {
            tokio::spawn(
                service
                    .give(member.id, &format!("k{write}"), 1, "订单")
                    .into_future(),
            )
        })
        .collect();
    for write in writes {
        assert_eq!(write.await.unwrap().body["code"], 200);
    }
    assert_eq!(service.items("member#", "expiry#").await.len(), 1);
    let page = service.admin_details(member.id, "size=100").await.body;
    assert_eq!(
        (&page["reward_point_total"], &page["paging"]["items"]),
        (&json!(10), &json!(12))
    );
    service.assert_adds_up(member.id).await;
}
