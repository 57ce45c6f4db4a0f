//! Text messages, by SNS.

use aws_sdk_sns::{Client, types::MessageAttributeValue};
use shared::{
    aws::{Aws, Service},
    domain::identifier::Mobile,
};

use crate::{config::Config, delivery::provider::Unconfirmed};

/// The way to mobiles.
#[derive(Clone, Debug)]
pub(crate) struct Sms {
    client: Client,
    sender_id: MessageAttributeValue,
    max_price: MessageAttributeValue,
    transactional: MessageAttributeValue,
}

impl Sms {
    pub(crate) fn new(aws: &Aws, config: &Config) -> Self {
        let settings = aws.carrier(Service::Sns, config.sms_patience);
        Self {
            client: Client::new(&settings),
            sender_id: attribute("String", &config.sender_id),
            max_price: attribute("Number", &config.max_price),
            transactional: attribute("String", "Transactional"),
        }
    }

    /// Hands a message to the carrier.
    pub(crate) async fn send(&self, mobile: &Mobile, text: String) -> Result<(), Unconfirmed> {
        let sent = self
            .client
            .publish()
            .phone_number(format!("+86{}", mobile.as_str()))
            .message(text)
            .message_attributes("AWS.SNS.SMS.SMSType", self.transactional.clone())
            .message_attributes("AWS.SNS.SMS.SenderID", self.sender_id.clone())
            .message_attributes("AWS.SNS.SMS.MaxPrice", self.max_price.clone())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(Unconfirmed::of("SNS", &error)),
        }
    }
}

fn attribute(kind: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder()
        .data_type(kind)
        .string_value(value)
        .build()
        .expect("an attribute with a type is complete")
}
