//! Points: a member's ledger is written by operators, and read by its member and by operators.

pub mod page;
pub mod post;
