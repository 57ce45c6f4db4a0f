//! Which page of the ledger is asked for: the documented parameters of `reward_point_details`.

use std::ops::RangeInclusive;

use shared::{
    domain::page_cursor::DateFilter,
    http::{error::ApiError, params::Params},
    rules::points::page::PageQuery,
    wire::youhaosuda::Field,
};

/// The most entries that `nopage=Y` answers at once: the newest. With the longest descriptions they
/// stay within the 6 MB of a Lambda's answer.
pub const MOST_AT_ONCE: u64 = 4000;

const THREE_MONTH_AGO: Field = Field::new("three_month_ago", "三个月前");
const LAST_THREE_MONTH: Field = Field::new("last_three_month", "三个月内");
const SIZE: Field = Field::new("size", "每页数目");
const PAGE: Field = Field::new("page", "页码");
const NOPAGE: Field = Field::new("nopage", "是否分页");

pub(crate) fn read(params: &Params) -> Result<PageQuery, ApiError> {
    let older = flag(params, THREE_MONTH_AGO)?;
    let recent = flag(params, LAST_THREE_MONTH)?;
    let size = number(params, SIZE, 1..=100, "须为1-100的整数")?.unwrap_or(10);
    let page = number(params, PAGE, 1..=u64::MAX, "须为正整数")?.unwrap_or(1);
    let nopage = match sent(params, NOPAGE)? {
        None | Some("N" | "n") => false,
        Some("Y" | "y") => true,
        Some(_) => return Err(NOPAGE.refusal("须为Y或N")),
    };
    Ok(PageQuery {
        filter: match (older, recent) {
            (true, false) => DateFilter::Older,
            (false, true) => DateFilter::Recent,
            (true, true) | (false, false) => DateFilter::All,
        },
        size: if nopage { MOST_AT_ONCE } else { size },
        page: if nopage { 1 } else { page },
    })
}

/// A form sends a field that was left open as an empty text.
fn sent(params: &Params, field: Field) -> Result<Option<&str>, ApiError> {
    Ok(field.optional(params)?.filter(|text| !text.is_empty()))
}

fn flag(params: &Params, field: Field) -> Result<bool, ApiError> {
    match sent(params, field)? {
        Some("true" | "1") => Ok(true),
        None | Some("false" | "0") => Ok(false),
        Some(_) => Err(field.malformed()),
    }
}

fn number(
    params: &Params,
    field: Field,
    good: RangeInclusive<u64>,
    rule: &str,
) -> Result<Option<u64>, ApiError> {
    let Some(text) = sent(params, field)? else {
        return Ok(None);
    };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|number| good.contains(number));
    match number {
        Some(number) if digits => Ok(Some(number)),
        Some(_) | None => Err(field.refusal(rule)),
    }
}
