//! A member's ledger of points: its entries, written and read.

pub mod cache;
pub mod entries;
pub mod page;
pub mod post;

use self::cache::LedgerCache;
use super::dynamodb::table::Table;

/// Ledgers of points.
#[derive(Clone, Copy, Debug)]
pub struct Ledger<'a>(
    pub(in crate::store) &'a Table,
    pub(in crate::store) &'a LedgerCache,
);
