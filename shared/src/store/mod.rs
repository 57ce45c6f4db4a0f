//! The DynamoDB store: one table, a folder per kind of item, every operation named for what it means.
//!
//! Operations are reached through their kind: `store.sessions().rotate(…)`.

pub mod dynamodb;
pub mod key;
pub mod ledger;
pub mod limits;
pub mod members;
pub mod sessions;
pub mod verification;

pub use dynamodb::{
    error::{Failure, StoreError},
    update::WriteToken,
};

use crate::{aws::Aws, config::Config};
use dynamodb::table::Table;
use ledger::Ledger;
use limits::Limits;
use members::Members;
use sessions::Sessions;
use verification::Verification;

/// The table by its kinds of items. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    table: Table,
}

impl Store {
    /// Opens the table of the settings. Nothing is sent.
    #[must_use]
    pub fn new(aws: &Aws, config: &Config) -> Self {
        Self::with(dynamodb::client(aws), config)
    }

    /// Opens the table of the settings through a client of the caller's making, the costs of which
    /// are metered as well.
    #[must_use]
    pub fn with(client: aws_sdk_dynamodb::config::Builder, config: &Config) -> Self {
        Self {
            table: Table::open(client, config),
        }
    }

    /// Members, their identifiers and passwords.
    #[must_use]
    pub const fn members(&self) -> Members<'_> {
        Members(&self.table)
    }

    /// Sessions.
    #[must_use]
    pub const fn sessions(&self) -> Sessions<'_> {
        Sessions(&self.table)
    }

    /// How often something may be done.
    #[must_use]
    pub const fn limits(&self) -> Limits<'_> {
        Limits(&self.table)
    }

    /// Codes, reset links, captchas.
    #[must_use]
    pub const fn verification(&self) -> Verification<'_> {
        Verification(&self.table)
    }

    /// Ledgers of points.
    #[must_use]
    pub const fn ledger(&self) -> Ledger<'_> {
        Ledger(&self.table)
    }
}
