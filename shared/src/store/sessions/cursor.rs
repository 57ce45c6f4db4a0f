//! The page cursors of a session.

use super::{
    Sessions,
    item::{Session, SessionKey},
};
use crate::{
    domain::page_cursor::{DateFilter, PageCursor, PageCursors},
    store::{StoreError, dynamodb::item::encode},
};

impl Sessions<'_> {
    /// Keeps which entries of the ledger the session is reading, unless its pair has rotated meanwhile.
    /// One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn save_cursor(
        self,
        key: &SessionKey,
        session: &Session,
        filter: DateFilter,
        cursor: PageCursor,
    ) -> Result<(), StoreError> {
        let mut change = key.while_current(session, "SET #cursor = :cursor");
        for (name, value) in encode("page cursor", &PageCursors::only(filter, cursor))? {
            change = change.alias("#cursor", name).value(":cursor", value);
        }
        self.0.update_if(change).await
    }
}
