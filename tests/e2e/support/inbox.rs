//! What a test's service sent: on an SNS and an SES of the test's own, or on those that the
//! environment names.

use std::{collections::HashSet, time::Duration};

use aws_sdk_dynamodb::error::BoxError;
use axum::{Router, body::Body};
use http_body_util::BodyExt;
use huiyuan::{
    aws::{listen, messengers},
    inbox,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Map, Value};
use shared::{
    aws::{Aws, Service},
    base::clock::Clock,
};

use super::dynamodb;

/// Where tests send mail from and to: SES wants to know them beforehand.
const DOMAINS: [&str; 2] = ["shop.example", "example.com"];

/// A message that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub to: String,
    pub subject: Option<String>,
    pub body: String,
    /// A mail's HTML part.
    pub html: Option<String>,
}

/// What a service sent.
pub enum Inbox {
    /// To the test's own.
    Embedded(inbox::Inbox),
    /// To a `ministack`, where other tests' messages lie too: those that were there at the start are
    /// not the test's. Tests that send run one at a time on it.
    Ministack(Ministack),
}

impl Inbox {
    /// Sends what `aws` does not send elsewhere to a new inbox.
    pub async fn open(aws: Aws, clock: &Clock) -> (Aws, Self) {
        match dynamodb::external() {
            Some(external) if external.endpoint(Service::Sns).is_some() => {
                let ministack = Ministack::open(&external).await;
                (aws, Self::Ministack(ministack))
            }
            _ => {
                let inbox = inbox::Inbox::new(clock.clone());
                let endpoint = serve(messengers(inbox.clone())).await;
                let aws = aws.at(Service::Sns, &endpoint);
                (aws.at(Service::SesV2, &endpoint), Self::Embedded(inbox))
            }
        }
    }

    /// What was sent to a number or an address, newest first.
    pub async fn to(&self, to: &str) -> Vec<Message> {
        let mut all = self.all().await;
        all.retain(|message| message.to == to);
        all
    }

    /// The newest that was sent to a number or an address, waited for: a busy machine may be told that
    /// nobody answered before it lies there.
    pub async fn newest(&self, to: &str) -> Message {
        loop {
            if let Some(message) = self.to(to).await.into_iter().next() {
                return message;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything that was sent; for one number or address newest first.
    pub async fn all(&self) -> Vec<Message> {
        match self {
            Self::Embedded(inbox) => (inbox.messages(None).into_iter())
                .map(|message| Message {
                    to: message.to,
                    subject: message.subject,
                    body: message.body,
                    html: message.html,
                })
                .collect(),
            Self::Ministack(ministack) => ministack.since().await,
        }
    }
}

/// Serves `router` until the test ends, and tells where.
pub async fn serve(router: Router) -> String {
    let listener = listen(0).await.expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// The inbox of a `ministack`.
pub struct Ministack {
    sns: String,
    ses: String,
    /// The ids of the messages that were there at the start.
    before: HashSet<String>,
}

impl Ministack {
    async fn open(aws: &Aws) -> Self {
        let at = |service| {
            let endpoint = aws.endpoint(service);
            let endpoint = endpoint.expect("SNS and SES are both elsewhere, or neither");
            endpoint.to_owned()
        };
        let mut ministack = Self {
            sns: at(Service::Sns),
            ses: at(Service::SesV2),
            before: HashSet::new(),
        };
        let ses =
            aws_sdk_sesv2::Client::new(&aws.message_client(Service::SesV2, Duration::from_secs(5)));
        for domain in DOMAINS {
            // An earlier test may have made it known already.
            let _ = ses
                .create_email_identity()
                .email_identity(domain)
                .send()
                .await;
        }
        let before = ministack.read().await.into_iter();
        ministack.before = before.map(|(id, _)| id).collect();
        ministack
    }

    async fn since(&self) -> Vec<Message> {
        let mut all = self.read().await;
        all.retain(|(id, _)| !self.before.contains(id));
        all.into_iter().rev().map(|(_, message)| message).collect()
    }

    /// All messages with their ids, those to one recipient oldest first.
    async fn read(&self) -> Vec<(String, Message)> {
        let sms = get(&format!("{}/_ministack/sns/sms-messages", self.sns)).await;
        let sms = sms.expect("SNS elsewhere is a ministack");
        let mail = get(&format!("{}/_ministack/ses/messages", self.ses)).await;
        let mail = mail.expect("SES elsewhere is a ministack");
        let sms = records(&sms["sms_messages"]).map(|record| {
            let message = Message {
                to: text(&record["PhoneNumber"]),
                subject: None,
                body: text(&record["Message"]),
                html: None,
            };
            (text(&record["MessageId"]), message)
        });
        let mail = records(&mail["messages"]).map(|record| {
            let message = Message {
                to: text(&record["To"][0]),
                subject: Some(text(&record["Subject"])),
                body: text(&record["BodyText"]),
                html: record["BodyHtml"].as_str().map(str::to_owned),
            };
            (text(&record["MessageId"]), message)
        });
        sms.chain(mail).collect()
    }
}

/// The records of a list for each recipient or account.
fn records(lists: &Value) -> impl Iterator<Item = &Value> {
    let lists = lists.as_object().into_iter().flat_map(Map::values);
    lists.filter_map(Value::as_array).flatten()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

async fn get(url: &str) -> Result<Value, BoxError> {
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
    let response = client.get(url.parse()?).await?;
    let body = response.into_body().collect().await?.to_bytes();
    Ok(serde_json::from_slice(&body)?)
}
