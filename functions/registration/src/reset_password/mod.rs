//! A new password for whoever forgot theirs: by a code, or by a link in a mail.

pub(crate) mod form;
mod page;
pub mod token;
pub(crate) mod with_email;
pub(crate) mod with_mobile;
