//! The text of mails, in Chinese and in English.

use askama::Template;
use shared::domain::identifier::IdentifierKey;

const SUBJECT: &str = "重设密码 / Reset your password";

/// How long a link is good, in minutes.
pub(crate) const LINK_MINUTES: i64 = 60;

/// A mail as it is handed to a provider. It does not print itself.
pub(crate) struct Mail {
    pub(super) to: String,
    pub(super) subject: &'static str,
    pub(super) text: String,
    pub(super) html: String,
}

/// The plain part of the mail with a link.
#[derive(Template)]
#[template(path = "mail.txt")]
struct Plain<'a> {
    link: &'a str,
    minutes: i64,
}

/// Its HTML part.
#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    link: &'a str,
    minutes: i64,
}

impl Mail {
    /// The mail with a link to set a new password by.
    ///
    /// # Errors
    /// The template's.
    pub(crate) fn with_link(to: &IdentifierKey, link: &str) -> Result<Self, askama::Error> {
        let minutes = LINK_MINUTES;
        Ok(Self {
            to: to.as_str().to_owned(),
            subject: SUBJECT,
            text: Plain { link, minutes }.render()?,
            html: Html { link, minutes }.render()?,
        })
    }
}
