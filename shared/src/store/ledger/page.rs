//! Reading the ledger in pages, newest first. A page is a range of places, so that the thousandth
//! costs what the first does; a moment is found by one read of [`BY_MARK`].
//!
//! A reader's first page fixes what the later ones are pages of, kept with the session: entries
//! written meanwhile shift nothing.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::Ledger;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{CAPACITY, Item, decode, encode, n, s},
        update::ConditionalUpdate,
    },
    key::{Key, PK},
    ledger::{
        cache::CachedLedger,
        entries::{BY_MARK, BY_SEQ, Entry, MARK, SEQ, TIMES},
    },
    sessions::item::{Session, SessionKey},
};
use crate::{
    base::clock::Time,
    domain::{
        member::MemberId,
        points::{self, Points},
    },
};

/// How long later pages stay pages of what the first one showed, in seconds.
pub const VIEW_SECONDS: i64 = 3600;

/// Which entries are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFilter {
    /// All.
    All,
    /// Those of the last three months.
    Recent,
    /// Those before.
    Older,
}

/// The entries that a reader pages through: those with places above `low`, up to `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCursor {
    /// Above which place.
    pub low: u64,
    /// Up to which place.
    pub high: u64,
    /// When the first page was read.
    pub at: Time,
}

/// A session's views: an attribute each, so that one can be written without the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCursors {
    #[serde(rename = "view_all", skip_serializing_if = "Option::is_none")]
    all: Option<PageCursor>,
    #[serde(rename = "view_recent", skip_serializing_if = "Option::is_none")]
    recent: Option<PageCursor>,
    #[serde(rename = "view_older", skip_serializing_if = "Option::is_none")]
    older: Option<PageCursor>,
}

impl PageCursor {
    /// How many entries there are.
    #[must_use]
    pub const fn items(&self) -> u64 {
        self.high.saturating_sub(self.low)
    }

    /// The part of it that is page `page` of `size` entries.
    #[must_use]
    pub fn page(&self, page: u64, size: u64) -> Self {
        let above = page.saturating_sub(1).saturating_mul(size);
        let high = self.high.saturating_sub(above).max(self.low);
        let low = high.saturating_sub(size).max(self.low);
        Self { low, high, ..*self }
    }

    /// The part of it up to the place `high`.
    #[must_use]
    pub fn up_to(&self, high: u64) -> Self {
        let high = self.high.min(high).max(self.low);
        Self { high, ..*self }
    }

    /// Whether a place is in it.
    #[must_use]
    pub const fn holds(&self, seq: u64) -> bool {
        self.low < seq && seq <= self.high
    }
}

impl PageCursors {
    /// The view of a span.
    #[must_use]
    pub const fn get(&self, span: DateFilter) -> Option<PageCursor> {
        match span {
            DateFilter::All => self.all,
            DateFilter::Recent => self.recent,
            DateFilter::Older => self.older,
        }
    }

    /// The same with another view of a span.
    #[must_use]
    pub fn with(mut self, span: DateFilter, view: PageCursor) -> Self {
        match span {
            DateFilter::All => self.all = Some(view),
            DateFilter::Recent => self.recent = Some(view),
            DateFilter::Older => self.older = Some(view),
        }
        self
    }
}

/// The entries from one mark to the next, which ends them and says when each was written.
#[derive(Clone, Debug, Deserialize)]
pub struct Checkpoint {
    seq: u64,
    times: ByteBuf,
}

impl Checkpoint {
    /// How many entries were written before `moment`, its mark being the first from then on.
    #[must_use]
    pub fn older_than(&self, moment: Time) -> u64 {
        points::older_than(moment, self.seq, &self.times)
    }
}

impl Ledger<'_> {
    /// What this process last saw of a ledger.
    #[must_use]
    pub fn seen(self, id: MemberId) -> Option<CachedLedger> {
        self.1.get(id)
    }

    /// Remembers what is seen of a ledger.
    pub fn remember(self, id: MemberId, points: Points, views: Option<PageCursors>) {
        self.1.remember(id, points);
        if let Some(views) = views {
            self.1.remember_views(id, views);
        }
    }

    /// Reads the newest `most` entries, eventually consistently. Half a read unit for each 4 KB.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn newest(self, id: MemberId, most: u64) -> Result<Vec<Entry>, StoreError> {
        self.query_entries(id, None, most, false).await
    }

    /// Reads the entries of a view, newest first: eventually consistently for half a read unit, or
    /// consistently for a whole one, for each 4 KB.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn entries(
        self,
        id: MemberId,
        view: PageCursor,
        consistently: bool,
    ) -> Result<Vec<Entry>, StoreError> {
        if view.items() == 0 {
            return Ok(Vec::new());
        }
        let places = Some((n(view.low + 1), n(view.high)));
        self.query_entries(id, places, view.items(), consistently)
            .await
    }

    /// Asks for a megabyte at a time, which is the most that `DynamoDB` answers at once.
    async fn query_entries(
        self,
        id: MemberId,
        places: Option<(AttributeValue, AttributeValue)>,
        most: u64,
        consistently: bool,
    ) -> Result<Vec<Entry>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut entries = Vec::new();
        let mut from: Option<Item> = None;
        loop {
            let left = i32::try_from(most - entries.len()).unwrap_or(i32::MAX);
            let mut query = self
                .0
                .client
                .query()
                .table_name(&self.0.name)
                .index_name(BY_SEQ)
                .key_condition_expression("#pk = :pk")
                .expression_attribute_names("#pk", PK)
                .expression_attribute_values(":pk", s(Key::member(id).pk))
                .scan_index_forward(false)
                .consistent_read(consistently)
                .limit(left)
                .set_exclusive_start_key(from.take())
                .return_consumed_capacity(CAPACITY);
            if let Some((first, last)) = places.clone() {
                query = query
                    .key_condition_expression("#pk = :pk AND #seq BETWEEN :first AND :last")
                    .expression_attribute_names("#seq", SEQ)
                    .expression_attribute_values(":first", first)
                    .expression_attribute_values(":last", last);
            }
            let output = query.send().await;
            let output = output.map_err(|error| StoreError::failed("Query", &error))?;
            for item in output.items.unwrap_or_default() {
                entries.push(decode("entry", item)?);
            }
            from = output.last_evaluated_key;
            if from.is_none() || entries.len() >= most {
                return Ok(entries);
            }
        }
    }

    /// Reads the first mark from `moment` on; no two are of one moment. Half a read unit, or a whole one
    /// consistently.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn first_mark(
        self,
        id: MemberId,
        moment: Time,
        consistently: bool,
    ) -> Result<Option<Checkpoint>, StoreError> {
        let output = self
            .0
            .client
            .query()
            .table_name(&self.0.name)
            .index_name(BY_MARK)
            .key_condition_expression("#pk = :pk AND #mark >= :moment")
            .projection_expression("#seq, #times")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#mark", MARK)
            .expression_attribute_names("#seq", SEQ)
            .expression_attribute_names("#times", TIMES)
            .expression_attribute_values(":pk", s(Key::member(id).pk))
            .expression_attribute_values(":moment", n(moment.millis()))
            .consistent_read(consistently)
            .limit(1)
            .return_consumed_capacity(CAPACITY)
            .send()
            .await
            .map_err(|error| StoreError::failed("Query", &error))?;
        let first = output.items.unwrap_or_default().into_iter().next();
        first.map(|item| decode("mark", item)).transpose()
    }

    /// Keeps what a session is reading of a span, unless its pair has rotated meanwhile. One write
    /// unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn save_view(
        self,
        key: &SessionKey,
        session: &Session,
        span: DateFilter,
        view: PageCursor,
    ) -> Result<(), StoreError> {
        let mut change: ConditionalUpdate = key.while_current(session, "SET #view = :view");
        for (name, value) in encode("view", &PageCursors::default().with(span, view))? {
            change = change.alias("#view", name).value(":view", value);
        }
        self.0.update_if(change).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_ranges_from_the_newest_on() {
        let at = Time::from_millis(0);
        let view = PageCursor {
            low: 3,
            high: 26,
            at,
        };
        let page = |page, size| {
            let page = view.page(page, size);
            (page.low, page.high)
        };
        assert_eq!(view.items(), 23);
        assert_eq!(page(1, 10), (16, 26));
        assert_eq!(page(3, 10), (3, 6));
        assert_eq!(page(4, 10), (3, 3));
        assert_eq!(page(u64::MAX, 100), (3, 3));
    }
}
