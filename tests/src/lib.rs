//! What every test of the whole service needs, whoever drives it (the end-to-end tests in `e2e/`, those
//! of the binaries in `lambda/`, the measurements in `measure/`): the catalogue of endpoints, a table read whole, what has to hold in
//! it at rest, whole ledgers, a faulty way to AWS, Lambda with its events, messages read, and dice.

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "whatever goes wrong here ends a test"
)]

pub mod catalogue;
pub mod dice;
pub mod events;
pub mod invariants;
pub mod lambda;
pub mod ledger;
pub mod load;
pub mod mail;
pub mod openapi;
pub mod proxy;
pub mod table;
