//! Counts what each call to DynamoDB costs, for [`usage`].

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

use crate::telemetry::usage;

/// Hears of every attempt the SDK sends. Outside of [`usage::measure`] nothing is counted.
#[derive(Debug)]
pub(in crate::store) struct Meter;

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
        usage::record(|running| {
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
        usage::record(|running| {
            running.in_flight = running.in_flight.saturating_sub(1);
            let (reads, writes) = units(context);
            running.usage.read_units += reads;
            running.usage.write_units += writes;
        });
        Ok(())
    }
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
