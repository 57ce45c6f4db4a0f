//! Mails by SES.

use aws_sdk_sesv2::{
    Client,
    error::BuildError,
    operation::send_email::builders::SendEmailFluentBuilder,
    types::{Body, Content, Destination, EmailContent, Message},
};
use shared::aws::{Aws, Service};

use super::{
    aws::outcome,
    mail::Mail,
    provider::{Failure, MailProvider, Outcome, Sending},
};
use crate::config::Config;

/// SES's `SendEmail`.
#[derive(Clone, Debug)]
pub(crate) struct Ses {
    client: Client,
    from: String,
}

impl Ses {
    pub(crate) fn new(aws: &Aws, config: &Config) -> Self {
        let settings = aws.message_client(Service::SesV2, config.mail_timeout);
        Self {
            client: Client::new(&settings),
            from: config.mail_from.clone(),
        }
    }

    fn request(&self, mail: &Mail) -> Result<SendEmailFluentBuilder, BuildError> {
        let body = Body::builder()
            .text(content(&mail.text)?)
            .html(content(&mail.html)?)
            .build();
        let message = Message::builder()
            .subject(content(mail.subject)?)
            .body(body)
            .build();
        Ok(self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(&mail.to).build())
            .content(EmailContent::builder().simple(message).build()))
    }
}

impl MailProvider for Ses {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        Box::pin(async {
            match self.request(mail) {
                Ok(request) => outcome("SES", request.send().await),
                Err(error) => Outcome::Refused(Failure {
                    provider: "SES",
                    reason: error.to_string(),
                }),
            }
        })
    }
}

fn content(text: &str) -> Result<Content, BuildError> {
    Content::builder().data(text).charset("UTF-8").build()
}
