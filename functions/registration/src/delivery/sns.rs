//! Text messages by SNS.

use aws_sdk_sns::{Client, types::MessageAttributeValue};
use shared::{
    aws::{Aws, Service},
    domain::identifier::Mobile,
};

use super::{
    aws::outcome,
    provider::{Sending, SmsProvider},
};
use crate::config::Config;

/// SNS's `Publish`.
#[derive(Clone, Debug)]
pub(crate) struct Sns {
    client: Client,
    sender_id: MessageAttributeValue,
    max_price: MessageAttributeValue,
    transactional: MessageAttributeValue,
}

impl Sns {
    pub(crate) fn new(aws: &Aws, config: &Config) -> Self {
        let settings = aws.message_client(Service::Sns, config.sms_timeout);
        Self {
            client: Client::new(&settings),
            sender_id: attribute("String", &config.sender_id),
            max_price: attribute("Number", &config.max_price),
            transactional: attribute("String", "Transactional"),
        }
    }
}

impl SmsProvider for Sns {
    fn send<'a>(&'a self, mobile: &'a Mobile, text: String) -> Sending<'a> {
        let publish = self
            .client
            .publish()
            .phone_number(format!("+86{}", mobile.as_str()))
            .message(text)
            .message_attributes("AWS.SNS.SMS.SMSType", self.transactional.clone())
            .message_attributes("AWS.SNS.SMS.SenderID", self.sender_id.clone())
            .message_attributes("AWS.SNS.SMS.MaxPrice", self.max_price.clone());
        Box::pin(async { outcome("SNS", publish.send().await) })
    }
}

fn attribute(kind: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder()
        .data_type(kind)
        .string_value(value)
        .build()
        .expect("an attribute with a type is complete")
}
