//! How often something may be done. There are two algorithms, a sliding and a fixed window; the other
//! files say what is counted in them, and how much of it there may be.

pub mod fixed_window;
pub mod login_attempts;
pub mod sliding_window;
pub mod sms_daily_cap;
pub mod sms_per_address;
pub mod sms_per_mobile;

use super::dynamodb::table::Table;

/// How often something may be done.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a>(pub(in crate::store) &'a Table);
