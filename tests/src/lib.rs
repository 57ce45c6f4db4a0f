//! What the end-to-end tests in `e2e/`, those of the binaries in `lambda/` and the measurements in
//! `measure/` have in common.

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "whatever goes wrong here ends a test"
)]

pub mod events;
pub mod lambda;
pub mod ledger;
