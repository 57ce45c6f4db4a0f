//! A member's ledger of points: its entries, written and read.

pub mod entries;
pub mod post;
pub mod read;

use super::dynamodb::table::Table;

/// Ledgers of points.
#[derive(Clone, Copy, Debug)]
pub struct Ledger<'a>(pub(in crate::store) &'a Table);
