//! How entries and pages of them look on the wire.

use serde::Serialize;
use shared::{
    rules::points::page::{Page, PageQuery},
    store::ledger::entries::Entry,
};

/// An entry.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Detail {
    id: u64,
    point: i64,
    reward_point_desc: String,
    created_at: String,
}

impl From<Entry> for Detail {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.seq,
            point: entry.point,
            reward_point_desc: entry.desc,
            created_at: entry.at.rfc3339(),
        }
    }
}

/// A page of entries.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub struct Details {
    reward_point_total: i64,
    last_year_point: i64,
    reward_point_details: Vec<Detail>,
    is_empty: bool,
    paging: Paging,
}

/// Where the page stands among all.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Paging {
    size: u64,
    view: u64,
    pages: u64,
    items: u64,
}

impl Details {
    pub(crate) fn new(page: Page, query: PageQuery) -> Self {
        Self {
            reward_point_total: page.points.balance(),
            last_year_point: page.points.last_year,
            is_empty: page.entries.is_empty(),
            reward_point_details: page.entries.into_iter().map(Detail::from).collect(),
            paging: Paging {
                size: query.size,
                view: query.page,
                pages: page.items.div_ceil(query.size),
                items: page.items,
            },
        }
    }
}
