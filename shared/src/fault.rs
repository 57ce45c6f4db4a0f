//! What may fail below the handlers through no doing of the client.

use crate::{domain::password::HashError, store::StoreError};

/// A fault below the handlers.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password hash's.
    #[error(transparent)]
    Hash(#[from] HashError),
}
