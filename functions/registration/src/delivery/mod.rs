//! How messages leave: text messages and mails, and what their providers answer.

mod aws;
pub(crate) mod mail;
pub(crate) mod provider;
pub(crate) mod ses;
pub(crate) mod sns;
pub mod template;
