//! What requests cost, as the document's table: each row asserted, all of it held equal to what was
//! counted.

use std::{collections::BTreeSet, fs};

use shared::telemetry::usage::Usage;
use tests::catalogue::{self, Endpoint};

use crate::support::{Reply, Service, is_embedded};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance.md");
const BEGIN: &str = "<!-- budgets -->\n";
const END: &str = "<!-- /budgets -->";

/// Sequential round trips, read units, write units.
type Cost = (u32, f64, f64);

/// A row of the document's table.
pub struct Row {
    request: &'static str,
    spent: Cost,
    budget: Cost,
    least: Cost,
    reason: &'static str,
}

impl Row {
    /// Says what any design with these promises would cost, where that is less than the budget.
    pub fn least(&mut self, least: Cost) -> &mut Self {
        self.least = least;
        self
    }

    /// Says why it costs more than the least.
    pub fn because(&mut self, reason: &'static str) {
        self.reason = reason;
    }

    /// Holds what was spent against what has to be, and why it is more.
    fn check(&self) {
        let Self { request, spent, .. } = self;
        assert!(within((self.least.0, 0.0, 0.0), *spent), "{request}");
        let weight = |cost: Cost| cost.1 + 5.0 * cost.2;
        assert!(weight(self.least) <= weight(*spent), "{request}: {spent:?}");
        let is_least = *spent == self.least;
        assert_eq!(is_least, self.reason.is_empty(), "{request}: {spent:?}");
    }

    fn written(&self) -> String {
        let [spent, budget, least] = [self.spent, self.budget, self.least].map(written);
        let Self {
            request, reason, ..
        } = self;
        let row = format!("| {request} | {spent} | {budget} | {least} | {reason} |\n");
        row.replace("|  |", "| |")
    }
}

/// What was counted so far.
pub struct Book<'a> {
    pub service: &'a Service,
    rows: Vec<Row>,
    /// The endpoints of the requests that were counted.
    counted: BTreeSet<String>,
}

impl<'a> Book<'a> {
    /// A book without rows.
    pub fn of(service: &'a Service) -> Self {
        Self {
            service,
            rows: Vec::new(),
            counted: BTreeSet::new(),
        }
    }

    /// Counts a request that was just answered with 200 and costs at most `budget`: a new row.
    pub fn good(&mut self, reply: &Reply, request: &'static str, budget: Cost) -> &mut Row {
        self.count(reply, 200, request, budget)
    }

    /// The same for one that was answered with another code.
    pub fn count(
        &mut self,
        reply: &Reply,
        code: u16,
        request: &'static str,
        budget: Cost,
    ) -> &mut Row {
        let spent = self.spent(reply, code);
        assert!(within(spent, budget), "{request}: {spent:?}");
        assert!(spent.0 > 0, "{request} was not counted");
        self.rows.push(Row {
            request,
            spent,
            budget,
            least: budget,
            reason: "",
        });
        self.rows.last_mut().expect("it was just put there")
    }

    /// Counts a request that was just answered with 200 and costs what the last row says.
    pub fn good_too(&mut self, reply: &Reply) {
        self.count_too(reply, 200);
    }

    /// The same for one that was answered with another code.
    pub fn count_too(&mut self, reply: &Reply, code: u16) {
        let spent = self.spent(reply, code);
        let row = self.rows.last().expect("there is a row");
        assert_eq!(spent, row.spent, "{}", row.request);
    }

    /// Counts a request that was just answered and asks the table for nothing: no row.
    pub fn free(&mut self, reply: &Reply) {
        assert_eq!(self.spent(reply, 200), (0, 0.0, 0.0));
    }

    /// What the last request spent; from now on its route is counted.
    fn spent(&mut self, reply: &Reply, code: u16) -> Cost {
        let line = self.service.last_line();
        assert_eq!(line.code, code, "{}", reply.body);
        let endpoint = line.endpoint.expect("a route");
        self.counted.insert(format!("{} {endpoint}", line.method));
        let Usage {
            trips,
            read_units,
            write_units,
            ..
        } = line.usage;
        (trips, read_units, write_units)
    }

    /// Holds what was counted against the catalogue, and the document's table against the rows; or
    /// writes it where that is asked for.
    pub fn close(&self) {
        assert_eq!(self.counted, catalogue::all().map(Endpoint::key).collect());
        // Not every imitation of DynamoDB tells what a batch costs; the embedded one does.
        if !is_embedded() {
            return;
        }
        self.rows.iter().for_each(Row::check);
        let head = "| request | costs | may cost | least | more, because |\n| --- | --- | --- | --- | --- |\n";
        let rows: String = self.rows.iter().map(Row::written).collect();
        let table = format!("\n{head}{rows}\n");
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

fn within(cost: Cost, most: Cost) -> bool {
    cost.0 <= most.0 && cost.1 <= most.1 && cost.2 <= most.2
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
