//! What a request costs in DynamoDB: round trips, calls, capacity units. The budgets are asserted by it,
//! and each line of the log carries it.

use std::{cell::RefCell, future::Future, ops::AddAssign};

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Sequential round trips: calls that overlap count as one.
    pub trips: u32,
    /// Calls sent, each attempt counted.
    pub calls: u32,
    /// Read capacity units, as `ReturnConsumedCapacity` answered them.
    pub read_units: f64,
    /// Write capacity units, likewise. DynamoDB does not tell those of a failed condition.
    pub write_units: f64,
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.trips += other.trips;
        self.calls += other.calls;
        self.read_units += other.read_units;
        self.write_units += other.write_units;
    }
}

/// What is being measured.
#[derive(Default)]
pub(crate) struct Running {
    pub(crate) usage: Usage,
    /// Calls that have been sent and not been answered.
    pub(crate) in_flight: u32,
}

tokio::task_local! {
    static RUNNING: RefCell<Running>;
}

/// Runs `work` and tells what it spent.
pub async fn measure<F: Future>(work: F) -> (F::Output, Usage) {
    RUNNING
        .scope(RefCell::default(), async {
            let output = work.await;
            (output, RUNNING.with(|running| running.borrow().usage))
        })
        .await
}

/// Changes what is being measured; outside of [`measure`] nothing is.
pub(crate) fn record(change: impl FnOnce(&mut Running)) {
    let change = |running: &RefCell<Running>| change(&mut running.borrow_mut());
    // Outside a measurement there is nobody to tell.
    let _ = RUNNING.try_with(change);
}
