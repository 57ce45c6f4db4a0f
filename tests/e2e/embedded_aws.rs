//! What the service sends, as the embedded AWS takes it from the real SDK clients.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sdk_sns::{
    error::ProvideErrorMetadata, operation::publish::builders::PublishFluentBuilder,
    types::MessageAttributeValue,
};
use huiyuan::{
    aws::{EmbeddedAws, listen},
    table,
};
use shared::aws::{Aws, Service as Of};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Service, inbox};

/// Longer than the inbox takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn sns(aws: &Aws) -> aws_sdk_sns::Client {
    aws_sdk_sns::Client::new(&aws.message_client(Of::Sns, PATIENCE))
}

fn ses(aws: &Aws) -> aws_sdk_sesv2::Client {
    aws_sdk_sesv2::Client::new(&aws.message_client(Of::SesV2, PATIENCE))
}

pub async fn send_mail(aws: &Aws, to: &str, text: Option<&str>, html: Option<&str>) -> String {
    let content = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let content = |text: &str| content(text).expect("content with data is complete");
    let body = Body::builder()
        .set_text(text.map(content))
        .set_html(html.map(content));
    let message = Message::builder()
        .subject(content("重置密码 · Reset your password"))
        .body(body.build());
    let sent = ses(aws)
        .send_email()
        .from_email_address("会员 <no-reply@shop.example>")
        .destination(Destination::builder().to_addresses(to).build())
        .content(EmailContent::builder().simple(message.build()).build())
        .send()
        .await;
    let id = sent.expect("SES takes it").message_id;
    id.expect("SES says its id")
}

fn with_attribute(
    publish: PublishFluentBuilder,
    data_type: &str,
    name: &str,
    value: &str,
) -> PublishFluentBuilder {
    let value = MessageAttributeValue::builder()
        .data_type(data_type)
        .string_value(value)
        .build()
        .expect("an attribute with a type is complete");
    publish.message_attributes(name, value)
}

#[tokio::test]
async fn a_text_message_lies_in_the_inbox_as_it_was_sent() {
    let service = Service::start().await;
    let text = "【会员】验证码 042137，5 分钟内有效。<&>\n";
    let publish = sns(&service.app.aws)
        .publish()
        .phone_number("+8613700000001")
        .message(text);
    let publish = with_attribute(publish, "String", "AWS.SNS.SMS.SMSType", "Transactional");
    let publish = with_attribute(publish, "Number", "AWS.SNS.SMS.MaxPrice", "0.05");
    let publish = with_attribute(publish, "String", "AWS.SNS.SMS.SenderID", "Huiyuan");
    let sent = publish.send().await.expect("SNS takes it");
    assert!(sent.message_id.is_some_and(|id| id.len() == 36));
    let expected = inbox::Message {
        to: "+8613700000001".to_owned(),
        subject: None,
        body: text.to_owned(),
        html: None,
    };
    assert_eq!(service.inbox.to("+8613700000001").await, [expected]);
    assert_eq!(service.inbox.to("+8613700000002").await, []);
}

#[tokio::test]
async fn a_mail_lies_in_the_inbox_with_both_its_parts() {
    let service = Service::start().await;
    let html = "<p>你好 <b>Zoë</b></p>";
    let to = "zoe@example.com";
    send_mail(&service.app.aws, to, Some("你好 Zoë"), Some(html)).await;
    let expected = inbox::Message {
        to: to.to_owned(),
        subject: Some("重置密码 · Reset your password".to_owned()),
        body: "你好 Zoë".to_owned(),
        html: Some(html.to_owned()),
    };
    assert_eq!(service.inbox.all().await, [expected]);
}

/// An embedded AWS of a test's own, whatever the environment names.
async fn embedded() -> (EmbeddedAws, Aws) {
    let listener = listen(0).await.expect("a port is free");
    let embedded = EmbeddedAws::start(listener, None).await;
    let embedded = embedded.expect("a database in memory opens");
    let aws = Aws::embedded(&embedded.endpoint);
    (embedded, aws)
}

#[tokio::test]
async fn one_port_answers_dynamodb_sns_and_ses_in_turn() {
    let (embedded, aws) = embedded().await;
    let dynamodb =
        aws_sdk_dynamodb::Client::from_conf(shared::store::dynamodb::client(&aws).build());
    table::create(&dynamodb, "members").await.unwrap();
    for round in 0..3 {
        let key = AttributeValue::S(round.to_string());
        let put = dynamodb.put_item().table_name("members");
        let put = put.item("pk", key.clone()).item("sk", key.clone());
        put.send().await.unwrap();
        let publish = sns(&aws).publish().phone_number("+8613700000001");
        publish.message("hello").send().await.unwrap();
        let get = dynamodb.get_item().table_name("members");
        let get = get.key("pk", key.clone()).key("sk", key).send().await;
        assert!(get.unwrap().item.is_some());
        let id = send_mail(&aws, "a@example.com", Some("hello"), None).await;
        assert_eq!(embedded.inbox.messages(None)[0].id, id);
    }
    assert_eq!(embedded.inbox.messages(None).len(), 6);
    let missing = dynamodb.describe_table().table_name("orders").send().await;
    let missing = missing.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception());
    embedded.stop().await;
}

#[tokio::test]
async fn sns_refuses_what_it_cannot_send() {
    let (embedded, aws) = embedded().await;
    let publish = || sns(&aws).publish();
    let good = || publish().phone_number("+8613700000001").message("hello");
    for (refused, code) in [
        (
            publish().phone_number("13700000001").message("hello"),
            "InvalidParameter",
        ),
        (
            publish().phone_number("+86137000000x1").message("hello"),
            "InvalidParameter",
        ),
        (publish().message("hello"), "InvalidParameter"),
        (
            publish().phone_number("+8613700000001").message(""),
            "InvalidParameter",
        ),
        (good().message("x".repeat(1601)), "InvalidParameter"),
        (
            with_attribute(good(), "String", "AWS.SNS.SMS.SMSType", "Urgent"),
            "InvalidParameter",
        ),
        (
            with_attribute(good(), "Number", "AWS.SNS.SMS.MaxPrice", "a lot"),
            "InvalidParameter",
        ),
        (
            with_attribute(good(), "String", "AWS.SNS.SMS.SenderID", "会员"),
            "InvalidParameter",
        ),
        (
            publish()
                .topic_arn("arn:aws:sns:local:0:t")
                .message("hello"),
            "NotFound",
        ),
    ] {
        let error = refused.send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some(code), "{error:?}");
        assert!(error.message().is_some_and(|message| !message.is_empty()));
    }
    let other = sns(&aws).list_topics().send().await.unwrap_err();
    assert_eq!(other.code(), Some("InvalidAction"));
    assert!(embedded.inbox.messages(None).is_empty());
}

#[tokio::test]
async fn ses_refuses_what_it_cannot_send() {
    let (embedded, aws) = embedded().await;
    let subject = || Content::builder().data("hello").build().unwrap();
    let content = |body: Body| {
        let message = Message::builder().subject(subject()).body(body).build();
        EmailContent::builder().simple(message).build()
    };
    let text = || Body::builder().text(subject()).build();
    let to = |address: &str| Destination::builder().to_addresses(address).build();
    let good = || ses(&aws).send_email().from_email_address("a@shop.example");
    for refused in [
        good().destination(to("nobody")).content(content(text())),
        good().content(content(text())),
        good()
            .destination(to("b@example.com"))
            .content(content(Body::builder().build())),
        good()
            .from_email_address("a")
            .destination(to("b@example.com"))
            .content(content(text())),
    ] {
        let error = refused.send().await.unwrap_err().into_service_error();
        assert!(error.is_bad_request_exception(), "{error:?}");
    }
    assert!(embedded.inbox.messages(None).is_empty());
}

#[tokio::test]
async fn no_browser_is_answered() {
    let (embedded, aws) = embedded().await;
    let address = embedded
        .endpoint
        .strip_prefix("http://")
        .expect("an address");
    for browser in [
        "origin: http://evil.example",
        "origin: null",
        "sec-fetch-mode: cors",
    ] {
        for service in [
            "x-amz-target: DynamoDB_20120810.ListTables\r\ncontent-type: application/x-amz-json-1.0",
            "content-type: application/x-www-form-urlencoded",
        ] {
            let mut stream = TcpStream::connect(address).await.expect("it listens");
            let head = format!(
                "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
                 {browser}\r\n{service}\r\ncontent-length: 0\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.expect("it reads");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("an answer");
            assert!(answer.starts_with("HTTP/1.1 403 "), "{browser}: {answer}");
        }
    }
    let publish = sns(&aws).publish().phone_number("+8613700000001");
    publish.message("hello").send().await.unwrap();
    embedded.stop().await;
}
