//! How messages leave: text messages and mails, and what their providers answer.

pub(crate) mod mail;
pub(crate) mod provider;
pub(crate) mod sms;
pub mod template;
