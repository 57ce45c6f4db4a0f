//! How often something may be done: a sliding and a fixed window, and what is counted in them.

pub mod fixed_window;
pub mod login_attempts;
pub mod mobile_lookups;
pub mod sliding_window;
pub mod sms_daily_cap;
pub mod sms_per_address;

use super::dynamodb::table::Table;

/// How often something may be done.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a>(pub(in crate::store) &'a Table);
