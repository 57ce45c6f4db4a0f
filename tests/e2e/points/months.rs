//! The boundary of three months, wherever it lies in a ledger.

use shared::base::clock::Time;

use super::pages::places;
use crate::support::{START, Service};

#[tokio::test]
async fn three_months_are_exact_to_the_millisecond_anywhere_in_the_ledger() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    // Twice a day, and every fifth at the same moment as the one before.
    let times: Vec<_> = (0..70_i64)
        .map(|entry| Time::from_seconds(START + (entry - i64::from(entry % 5 == 4)) * 43_200))
        .collect();
    service.load(member.id, times.iter().copied()).await;
    let check = async || {
        let since = service.app.clock.now().three_months_earlier();
        let older = times.iter().filter(|time| **time < since).count() as u64;
        let all = times.len() as u64;
        for (query, expected) in [
            ("three_month_ago=1", (1..=older).rev()),
            ("last_three_month=1", (older + 1..=all).rev()),
        ] {
            let expected: Vec<_> = expected.collect();
            let body = service
                .admin_details(member.id, &format!("{query}&nopage=Y"))
                .await
                .body;
            assert_eq!(places(&body), expected, "{query} {older}");
            assert_eq!(body["paging"]["items"], expected.len());
            let body = service
                .admin_details(member.id, &format!("{query}&size=9&page=3"))
                .await
                .body;
            let page: Vec<_> = expected.iter().copied().skip(18).take(9).collect();
            assert_eq!(places(&body), page);
        }
    };
    for time in &times {
        // Three months after an entry it is still young, and a second later it is not.
        service.advance_three_months_after(*time);
        if time.seconds() % 3 == 0 {
            check().await;
            service.advance(1);
        }
        check().await;
    }
    service.advance(400 * 86_400);
    check().await;
}

#[tokio::test]
async fn three_months_are_exact_where_many_entries_are_of_one_moment() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let moments = [(START, 40), (START + 1, 100), (START + 2, 30)];
    let times = moments
        .iter()
        .flat_map(|(second, many)| std::iter::repeat_n(Time::from_seconds(*second), *many));
    service.load(member.id, times).await;
    for (since, older) in [
        (START, 0),
        (START + 1, 40),
        (START + 2, 140),
        (START + 3, 170),
    ] {
        service.advance_three_months_after(Time::from_seconds(since));
        for (query, expected) in [
            ("three_month_ago=1", (1..=older).rev()),
            ("last_three_month=1", (older + 1..=170).rev()),
        ] {
            let query = format!("{query}&nopage=Y");
            let body = service.admin_details(member.id, &query).await.body;
            assert_eq!(places(&body), expected.collect::<Vec<_>>(), "{query}");
        }
    }
}
