//! Page cursors. A reader's first page fixes which entries the later ones are pages of; so entries
//! that are written meanwhile shift none of them. A session keeps a cursor for each filter.

use serde::{Deserialize, Serialize};

use crate::base::clock::Time;

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

/// Entries that follow each other: those with places above `low`, up to `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// Above which place.
    pub low: u64,
    /// Up to which place.
    pub high: u64,
}

/// The entries that a reader pages through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCursor {
    /// Their places.
    #[serde(flatten)]
    pub places: Places,
    /// When the first page was read.
    pub at: Time,
}

/// A session's cursors: an attribute each, so that one can be written without the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCursors {
    #[serde(rename = "cursor_all", skip_serializing_if = "Option::is_none")]
    all: Option<PageCursor>,
    #[serde(rename = "cursor_recent", skip_serializing_if = "Option::is_none")]
    recent: Option<PageCursor>,
    #[serde(rename = "cursor_older", skip_serializing_if = "Option::is_none")]
    older: Option<PageCursor>,
}

impl Places {
    /// How many entries there are.
    #[must_use]
    pub const fn items(&self) -> u64 {
        self.high.saturating_sub(self.low)
    }

    /// Page `page` of `size` entries each.
    #[must_use]
    pub fn page(&self, page: u64, size: u64) -> Self {
        let above = page.saturating_sub(1).saturating_mul(size);
        let high = self.high.saturating_sub(above).max(self.low);
        let low = high.saturating_sub(size).max(self.low);
        Self { low, high }
    }

    /// The part up to the place `high`.
    #[must_use]
    pub fn up_to(&self, high: u64) -> Self {
        Self {
            low: self.low,
            high: self.high.min(high).max(self.low),
        }
    }

    /// Whether the entry at a place is among them.
    #[must_use]
    pub const fn contains(&self, seq: u64) -> bool {
        self.low < seq && seq <= self.high
    }
}

impl PageCursors {
    /// The cursor of a filter.
    #[must_use]
    pub const fn get(&self, filter: DateFilter) -> Option<PageCursor> {
        match filter {
            DateFilter::All => self.all,
            DateFilter::Recent => self.recent,
            DateFilter::Older => self.older,
        }
    }

    /// The cursor of a filter, and no other.
    #[must_use]
    pub fn only(filter: DateFilter, cursor: PageCursor) -> Self {
        let mut cursors = Self::default();
        *match filter {
            DateFilter::All => &mut cursors.all,
            DateFilter::Recent => &mut cursors.recent,
            DateFilter::Older => &mut cursors.older,
        } = Some(cursor);
        cursors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_ranges_from_the_newest_on() {
        let places = Places { low: 3, high: 26 };
        let page = |page, size| {
            let page = places.page(page, size);
            (page.low, page.high)
        };
        assert_eq!(places.items(), 23);
        assert_eq!(page(1, 10), (16, 26));
        assert_eq!(page(3, 10), (3, 6));
        assert_eq!(page(4, 10), (3, 3));
        assert_eq!(page(u64::MAX, 100), (3, 3));
    }
}
