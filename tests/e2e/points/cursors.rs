//! What a session is reading of the ledger: each of the three spans by itself.

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
async fn first_pages_of_two_spans_at_once_are_both_kept() {
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
    let spans = ["last_three_month", "three_month_ago"];
    for number in 0..12 {
        service.advance(1);
        let session = service.login("yhsduser", "app").await;
        let token = session["access_token"].as_str().expect("a token");
        let page = |span: &str, page: u64| {
            let path = format!("{PATH}?{span}=1&page={page}");
            service.get(&path).bearer(token).through(&process())
        };
        let racing = spans.map(|span| {
            let page: Racing<_> = page(span, 1).into_future();
            page
        });
        let (replies, calls) = gate.race(racing, |open| orders.choose(open)).await;
        let items = replies.map(|reply| reply.body["paging"]["items"].clone());
        service.given(member.id, &format!("key {number}"), 1).await;
        let recent = page(spans[0], 2).await;
        assert_eq!(recent.body["paging"]["items"], items[0], "{calls:?}");
        let kept = &service.items("member#", "session#app").await[0];
        for (view, items) in ["view_recent", "view_older"].into_iter().zip(items) {
            let [low, high] = ["low", "high"].map(|end| kept[view][end].as_u64());
            let many = high.zip(low).map(|(high, low)| high - low);
            assert_eq!(many, items.as_u64(), "{view} {calls:?}");
        }
        orders.finish();
    }
}

#[tokio::test]
async fn no_mark_is_asked_for_where_the_boundary_is_known_to_lie_behind_the_last() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.load(member.id, days()).await;
    for (days, asked) in [(200, 1), (85, 0)] {
        service.advance(days * A_DAY);
        let session = service.login("yhsduser", "app").await;
        let token = session["access_token"].as_str().expect("a token");
        // A process that has not met the ledger does not know.
        let spans = ["last_three_month=1", "three_month_ago=1"];
        for query in spans {
            service.details(token, query).await;
        }
        for query in spans {
            service.take_sent();
            let reply = service.details(token, query).await;
            let items = reply.body["paging"]["items"].as_u64();
            assert!(items.is_some_and(|items| items > 0), "{}", reply.body);
            assert_eq!(service.spent().trips, 1, "{days} {query}");
            let sent = service.take_sent().into_iter();
            let marks = sent.filter(|sent| sent.body["IndexName"] == "by_mark");
            assert_eq!(marks.count(), asked, "{days} {query}");
        }
    }
}
