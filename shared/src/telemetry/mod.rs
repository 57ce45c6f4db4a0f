//! What is told of a request: its line in the log, its metrics, and what it spent in DynamoDB.

pub mod line;
mod metrics;
pub mod pseudonym;
pub mod request_log;
pub mod usage;
