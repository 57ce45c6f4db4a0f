//! Mixed traffic with faults on, for some seconds; `cargo load` makes it for ten minutes.

use tests::load::{Traffic, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_that_was_acknowledged_under_faults_is_there_exactly_once() {
    let traffic = Traffic {
        seconds: 8,
        clients: 8,
        seed: 1,
        faults_per_million: 150_000,
    };
    let report = run(traffic).await;
    assert_eq!(report.violations, Vec::<String>::new());
    assert!(report.registered > 0, "{report:?}");
    assert!(!report.faults.is_empty(), "{report:?}");
}
