//! What requests cost, as the document's table: each row asserted, all of it held equal to what was
//! counted.

use std::fs;

use shared::store::meter::Usage;

use crate::support::{Reply, Service, is_embedded};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance.md");
const BEGIN: &str = "<!-- budgets -->\n";
const END: &str = "<!-- /budgets -->";

/// Sequential round trips, read units, write units.
type Cost = (u32, f64, f64);

/// What was counted so far, as rows of the document's table.
pub struct Book<'a> {
    pub service: &'a Service,
    rows: Vec<String>,
}

impl<'a> Book<'a> {
    /// A book without rows.
    pub fn of(service: &'a Service) -> Self {
        let rows = Vec::new();
        Self { service, rows }
    }

    /// Counts the last request: at most `budget`, at least `least`, which is what any design with
    /// these promises would cost, and where it is more, then because of `reason`.
    pub fn count(&mut self, request: &str, budget: Cost, least: Cost, reason: &str) {
        let Usage {
            trips,
            read_units,
            write_units,
            ..
        } = self.service.spent();
        let spent = (trips, read_units, write_units);
        let within =
            |cost: Cost, most: Cost| cost.0 <= most.0 && cost.1 <= most.1 && cost.2 <= most.2;
        assert!(within(spent, budget), "{request}: {spent:?}");
        // Not every imitation of DynamoDB tells what a batch costs; the embedded one does.
        if is_embedded() {
            assert!(within((least.0, 0.0, 0.0), spent), "{request}: {spent:?}");
            let weight = |cost: Cost| cost.1 + 5.0 * cost.2;
            assert!(weight(least) <= weight(spent), "{request}: {spent:?}");
            assert_eq!(spent == least, reason.is_empty(), "{request}: {spent:?}");
        }
        assert!(trips > 0, "{request} was not counted");
        let [spent, budget, least] = [spent, budget, least].map(written);
        let row = format!("| {request} | {spent} | {budget} | {least} | {reason} |\n");
        self.rows.push(row.replace("|  |", "| |"));
    }

    /// The same for a request that was answered with 200.
    pub fn good(&mut self, reply: &Reply, request: &str, budget: Cost, least: Cost, reason: &str) {
        assert_eq!(
            self.service.last_line().code,
            200,
            "{request}: {}",
            reply.body
        );
        self.count(request, budget, least, reason);
    }

    /// Holds the document's table against the rows, or writes it where that is asked for.
    pub fn compare(&self) {
        let head = "| request | costs | may cost | least | more, because |\n| --- | --- | --- | --- | --- |\n";
        let table = format!("\n{head}{}\n", self.rows.concat());
        let document = fs::read_to_string(DOCUMENT).expect("the document is there");
        let (before, rest) = document.split_once(BEGIN).expect("it has a place for it");
        let (stands, after) = rest.split_once(END).expect("which ends");
        if asked_to_write() {
            let document = [before, BEGIN, &table, END, after].concat();
            fs::write(DOCUMENT, document).expect("the document can be written");
        } else {
            assert_eq!(stands, table, "WRITE_BUDGETS=1 writes it");
        }
    }
}

/// A cost as the document writes it: `2 · 1 R + 4 W`.
fn written((trips, reads, writes): Cost) -> String {
    let units = [(reads, "R"), (writes, "W")].into_iter();
    let units = units.filter(|(units, _)| *units > 0.0);
    let units: Vec<_> = units
        .map(|(units, kind)| format!("{units} {kind}"))
        .collect();
    format!("{trips} · {}", units.join(" + "))
}

#[expect(
    clippy::disallowed_methods,
    reason = "no setting: it is asked of this test alone"
)]
fn asked_to_write() -> bool {
    std::env::var_os("WRITE_BUDGETS").is_some()
}
