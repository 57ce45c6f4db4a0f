//! What shows that a mobile or a mailbox is somebody's, or that a person is there: codes, reset links,
//! captchas.

pub mod captchas;
pub mod codes;
pub mod reset_links;
pub mod sms;

use super::dynamodb::table::Table;

/// Codes, reset links, captchas.
#[derive(Clone, Copy, Debug)]
pub struct Verification<'a>(pub(in crate::store) &'a Table);
