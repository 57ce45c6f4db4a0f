//! What every test of the whole service needs, whoever drives it: a table read whole, what has to hold
//! in it at rest, and a faulty way to AWS. The end-to-end tests live in `e2e/`.

pub mod invariants;
pub mod load;
pub mod proxy;
pub mod table;
