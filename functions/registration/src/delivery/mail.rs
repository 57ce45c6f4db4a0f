//! Mail, by SES.

use askama::Template;
use aws_sdk_sesv2::{
    Client,
    error::BuildError,
    types::{Body, Content, Destination, EmailContent, Message},
};
use shared::{
    aws::{Aws, Service},
    domain::identifier::IdentifierKey,
    store::verification::reset_links::LINK_SECONDS,
};

use crate::{config::Config, delivery::provider::Unconfirmed};

const SUBJECT: &str = "重设密码 / Reset your password";

/// How long a link is good, in minutes.
const LINK_MINUTES: i64 = LINK_SECONDS / 60;

/// The way to mailboxes.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    client: Client,
    from: String,
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

/// Why a mail was not sent, or not surely.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    /// It could not be written.
    #[error("a mail could not be written")]
    Written(#[from] askama::Error),
    /// It could not be put together.
    #[error("a mail could not be put together")]
    Built(#[from] BuildError),
    /// SES did not confirm it.
    #[error(transparent)]
    Unconfirmed(#[from] Unconfirmed),
}

impl Mail {
    pub(crate) fn new(aws: &Aws, config: &Config) -> Self {
        let settings = aws.carrier(Service::SesV2, config.mail_patience);
        Self {
            client: Client::new(&settings),
            from: config.mail_from.clone(),
        }
    }

    /// Sends a link to set a new password by.
    pub(crate) async fn send_link(&self, to: &IdentifierKey, link: &str) -> Result<(), MailError> {
        let minutes = LINK_MINUTES;
        let body = Body::builder()
            .text(content(&Plain { link, minutes }.render()?)?)
            .html(content(&Html { link, minutes }.render()?)?)
            .build();
        let message = Message::builder().subject(content(SUBJECT)?).body(body);
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(EmailContent::builder().simple(message.build()).build())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(Unconfirmed::of("SES", &error).into()),
        }
    }
}

fn content(text: &str) -> Result<Content, BuildError> {
    Content::builder().data(text).charset("UTF-8").build()
}
