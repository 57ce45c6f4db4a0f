//! What every test of the whole service needs, whoever drives it: a table read whole, and what has to
//! hold in it at rest.

pub mod invariants;
pub mod table;
