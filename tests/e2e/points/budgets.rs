//! What requests cost at 10, 1,000 and 100,000 entries: the same.

use shared::{base::clock::Time, telemetry::usage::Usage};

use crate::support::{START, Service, is_embedded, ledger::Holder};

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
                // The first page of several keeps its cursor with the session: once.
                cost(&service, &token, filter).await;
                let (spent, held) = cost(&service, &token, &query).await;
                // A page that holds nothing is not read.
                assert!(spent.trips <= 2, "{entries} {query} {spent:?}");
                assert!(spent.read_units <= 3.0, "{entries} {query} {spent:?}");
                assert!(spent.write_units < 0.5, "{entries} {query} {spent:?}");
                assert!(held <= 10);
            }
        }
        // What expired at the year's end is written once, with the first write after it.
        service.given(member.id, "first", 1).await;
        assert!(service.spent().write_units <= 9.0, "{:?}", service.spent());
        // Every 32nd entry is a checkpoint, for a unit more.
        let mut checkpoints = 0;
        for write in 0..32 {
            let point = if write % 2 == 0 { 5 } else { -5 };
            service
                .given(member.id, &format!("write{write}"), point)
                .await;
            let spent = service.spent();
            assert_eq!((spent.trips, spent.read_units), (2, 1.0), "{spent:?}");
            assert!(spent.write_units <= 6.0, "{spent:?}");
            checkpoints += u32::from(spent.write_units > 5.0);
        }
        assert_eq!(checkpoints, 1);
        // A repeated request costs no more, and writes nothing.
        service.given(member.id, "write0", 5).await;
        assert_eq!(service.spent().trips, 2);
    }
}
