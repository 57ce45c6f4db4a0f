//! What a request costs in DynamoDB: round trips, calls, capacity units. The budgets are asserted
//! by it, and each log line carries it.

use std::{cell::RefCell, future::Future, ops::AddAssign};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef},
    },
    error::BoxError,
    operation::{
        batch_get_item::BatchGetItemOutput, delete_item::DeleteItemOutput, get_item::GetItemOutput,
        put_item::PutItemOutput, query::QueryOutput,
        transact_write_items::TransactWriteItemsOutput, update_item::UpdateItemOutput,
    },
    types::ConsumedCapacity,
};

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

#[derive(Default)]
struct Running {
    usage: Usage,
    in_flight: u32,
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

/// Hears of every attempt the SDK sends. Outside [`measure`] nothing is counted.
#[derive(Debug)]
pub(super) struct Meter;

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "meter"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        note(|running| {
            running.usage.trips += u32::from(running.in_flight == 0);
            running.usage.calls += 1;
            running.in_flight += 1;
        });
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        note(|running| {
            running.in_flight = running.in_flight.saturating_sub(1);
            let (reads, writes) = units(context);
            running.usage.read_units += reads;
            running.usage.write_units += writes;
        });
        Ok(())
    }
}

fn note(change: impl FnOnce(&mut Running)) {
    let change = |running: &RefCell<Running>| change(&mut running.borrow_mut());
    // Outside a measurement there is nobody to tell.
    let _ = RUNNING.try_with(change);
}

/// Read and write units of an answer.
fn units(context: &FinalizerInterceptorContextRef<'_>) -> (f64, f64) {
    let Some(Ok(output)) = context.output_or_error() else {
        return (0.0, 0.0);
    };
    let one = |spent: Option<&ConsumedCapacity>| {
        spent
            .and_then(ConsumedCapacity::capacity_units)
            .unwrap_or(0.0)
    };
    let all = |spent: &[ConsumedCapacity]| spent.iter().map(|spent| one(Some(spent))).sum();
    if let Some(output) = output.downcast_ref::<GetItemOutput>() {
        (one(output.consumed_capacity()), 0.0)
    } else if let Some(output) = output.downcast_ref::<BatchGetItemOutput>() {
        (all(output.consumed_capacity()), 0.0)
    } else if let Some(output) = output.downcast_ref::<QueryOutput>() {
        (one(output.consumed_capacity()), 0.0)
    } else if let Some(output) = output.downcast_ref::<PutItemOutput>() {
        (0.0, one(output.consumed_capacity()))
    } else if let Some(output) = output.downcast_ref::<UpdateItemOutput>() {
        (0.0, one(output.consumed_capacity()))
    } else if let Some(output) = output.downcast_ref::<DeleteItemOutput>() {
        (0.0, one(output.consumed_capacity()))
    } else if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
        (0.0, all(output.consumed_capacity()))
    } else {
        (0.0, 0.0)
    }
}
