//! The page cursors of a session: one for each of the three filters.

use shared::{base::clock::Time, store::Store};

use crate::support::{
    START, Service,
    gate::{Gate, Orders, Racing},
};

const PATH: &str = "/api/v1/account/reward_point_details";
const A_DAY: i64 = 86_400;

/// A day's entry each for 200 days: some half of them are younger than three months then.
fn days() -> impl Iterator<Item = Time> {
    (0..200).map(|day| Time::from_seconds(START + day * A_DAY))
}

#[tokio::test]
async fn first_pages_by_two_filters_at_once_keep_both_cursors() {
    let service = Service::start().await;
    let gate = Gate::default();
    let process = || {
        service.with_store(Store::with(
            gate.before(&service.app.aws),
            &service.app.config,
        ))
    };
    let member = service.holder("yhsduser").await;
    service.load(member.id, days()).await;
    service.advance(200 * A_DAY);
    let mut orders = Orders::new(7);
    let filters = ["last_three_month", "three_month_ago"];
    for number in 0..12 {
        service.advance(1);
        let session = service.login("yhsduser", "app").await;
        let token = session["access_token"].as_str().expect("a token");
        let page = |filter: &str, page: u64| {
            let path = format!("{PATH}?{filter}=1&page={page}");
            service.get(&path).bearer(token).through(&process())
        };
        let racing = filters.map(|filter| {
            let page: Racing<_> = page(filter, 1).into_future();
            page
        });
        let (replies, calls) = gate.race(racing, |open| orders.choose(open)).await;
        let items = replies.map(|reply| reply.body["paging"]["items"].clone());
        service.given(member.id, &format!("key {number}"), 1).await;
        let recent = page(filters[0], 2).await;
        assert_eq!(recent.body["paging"]["items"], items[0], "{calls:?}");
        let kept = &service.items("member#", "session#app").await[0];
        for (cursor, items) in ["cursor_recent", "cursor_older"].into_iter().zip(items) {
            let [low, high] = ["low", "high"].map(|end| kept[cursor][end].as_u64());
            let many = high.zip(low).map(|(high, low)| high - low);
            assert_eq!(many, items.as_u64(), "{cursor} {calls:?}");
        }
        orders.finish();
    }
}
