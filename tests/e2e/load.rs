//! Mixed traffic with faults on, for some seconds; `cargo load` makes it for ten minutes.

use std::time::Duration;

use tests::load::{Traffic, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_that_was_acknowledged_under_faults_is_there_exactly_once() {
    let traffic = Traffic {
        seconds: 8,
        clients: 16,
        seed: 1,
        faults_per_million: 150_000,
        outage_every: Duration::from_secs(4),
        outage: Duration::from_secs(2),
    };
    let report = run(traffic).await;
    assert_eq!(report.violations, Vec::<String>::new());
    let done = |name| report.endpoints.get(name).map_or(0, |asked| asked.done);
    let refreshed = done("POST /v1/site/refresh") + done("POST /v2/customer/account/refresh");
    let faults = report.codes.get(&500).copied().unwrap_or_default();
    for (what, count) in [
        ("members registered", report.registered),
        ("sessions were renewed", refreshed),
        ("entries were written", report.entries),
        ("calls were broken", report.faults.len()),
        ("outcomes stayed unknown to who asked once", faults),
    ] {
        assert!(count > 0, "no {what}: {report:?}");
    }
}
