//! What requests cost at 10, 1,000 and 100,000 entries: the same.

use shared::{base::clock::Time, store::Store, telemetry::usage::Usage};

use crate::support::{START, Service, aws, is_embedded, ledger::Holder};

/// Spread over two years, so that both three-month filters have much to show.
async fn holder_of(service: &Service, name: &str, entries: i64) -> Holder {
    let member = service.holder(name).await;
    let step = 600 * 86_400_000 / entries;
    let times = (0..entries).map(|entry| Time::from_millis(START * 1000 + entry * step));
    service.load(member.id, times).await;
    member
}

async fn cost(service: &Service, token: &str, query: &str) -> (Usage, u64) {
    let reply = service.details(token, query).await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
    let details = reply.body["reward_point_details"]
        .as_array()
        .expect("a list");
    (service.spent(), details.len() as u64)
}

#[tokio::test]
async fn a_page_costs_what_the_page_holds_and_a_write_what_it_writes() {
    let service = Service::start().await;
    let mut members = Vec::new();
    // Another implementation may take seconds for a page of so many; what it costs is the same.
    let most = if is_embedded() { 100_000 } else { 5_000 };
    for entries in [10, 1_000, most] {
        members.push((
            entries,
            holder_of(&service, &format!("member{entries}"), entries).await,
        ));
    }
    service.advance(600 * 86_400);
    for (entries, member) in members {
        let token = service.browser(&member.name).await;
        let last = entries / 10;
        for filter in ["", "last_three_month=1", "three_month_ago=1"] {
            let first = service.admin_details(member.id, filter).await.body;
            let pages = first["paging"]["pages"].as_u64().expect("a number").max(1);
            for page in [1, 2, pages.div_ceil(2), pages, last.unsigned_abs()] {
                let query = format!("{filter}&page={page}");
                // The first time a ledger is paged through, its reader's place is kept.
                cost(&service, &token, filter).await;
                let (spent, held) = cost(&service, &token, &query).await;
                assert_eq!(spent.trips, 1, "{entries} {query} {spent:?}");
                assert!(spent.read_units <= 3.0, "{entries} {query} {spent:?}");
                assert!(spent.write_units < 0.5, "{entries} {query} {spent:?}");
                assert!(held <= 10);
            }
            // A process that has not met the ledger takes one trip more, not one per page.
            let strange = || {
                let config = shared::store::dynamodb::client(&aws());
                service.with_store(Store::with(config, &service.app.config))
            };
            for page in [1, pages] {
                let path = "/api/v1/account/reward_point_details";
                let read = service.get(&format!("{path}?{filter}&page={page}"));
                read.bearer(&token).through(&strange()).await;
                let spent = service.spent();
                assert!(spent.trips <= 2, "{entries} {filter} {page} {spent:?}");
                assert!(
                    spent.read_units <= 3.0,
                    "{entries} {filter} {page} {spent:?}"
                );
            }
        }
        // What expired at the year's end is written once, with the first write after it.
        service.given(member.id, "first", 1).await;
        assert!(service.spent().write_units <= 9.0, "{:?}", service.spent());
        // Every 32nd entry carries a mark, for a unit more.
        let mut dear = 0;
        for write in 0..32 {
            let point = if write % 2 == 0 { 5 } else { -5 };
            service
                .given(member.id, &format!("write{write}"), point)
                .await;
            let spent = service.spent();
            assert_eq!(spent.trips, 1, "{spent:?}");
            assert!(spent.write_units <= 6.0, "{spent:?}");
            dear += u32::from(spent.write_units > 5.0);
            assert!(spent.read_units < 0.5, "{spent:?}");
        }
        assert_eq!(dear, 1);
        // A write by a process that has not met the ledger reads the member first.
        let strange = service.with_store(Store::with(
            shared::store::dynamodb::client(&aws()),
            &service.app.config,
        ));
        let write = service
            .give(member.id, "strange", 1, "订单")
            .through(&strange);
        assert_eq!(write.await.body["code"], 200);
        let spent = service.spent();
        assert!(spent.trips == 2 && spent.read_units <= 1.0, "{spent:?}");
        // So does a repeated request, which writes nothing.
        service.given(member.id, "write0", 5).await;
        assert_eq!(service.spent().trips, 1);
    }
}
