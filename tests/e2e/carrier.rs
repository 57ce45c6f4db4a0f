//! A carrier that refuses, dawdles or hangs up: what is promised of quotas, waiting and codes.

use std::time::Duration;

use huiyuan::aws::listen;
use serde_json::{Value, json};
use tests::mail;
use tokio::net::TcpSocket;

use crate::support::{
    Service,
    carrier::{Answer, Carrier},
    mobile::REGIST_SMS,
};

const MOBILE: &str = "13800138000";

async fn through(carrier: &Carrier) -> Service {
    Service::sending_through(&carrier.url, |config| {
        config.sms_timeout = Duration::from_millis(300);
    })
    .await
}

fn code(carrier: &Carrier) -> String {
    let taken = carrier.taken();
    let message = &taken.last().expect("a message")["Message"];
    mail::code(message).expect("a code")
}

/// What the table holds of quotas: without what only tells that somebody was there.
async fn counted(service: &Service) -> Vec<Value> {
    let shares = service.items("cap#", "").await.into_iter();
    let mut items: Vec<_> = shares
        .filter(|share| share["spent"] != 0)
        .map(|share| json!([share["pk"], share["spent"]]))
        .collect();
    for item in service.items("", "sms").await {
        let sent: Vec<_> = (0..)
            .map_while(|place| item[format!("sent_{place}")].as_i64())
            .filter(|time| *time > 0)
            .collect();
        if !sent.is_empty() {
            items.push(json!([item["pk"], sent]));
        }
    }
    items
}

const REFUSALS: [Answer; 5] = [
    Answer::Refuses(400, "InvalidParameter"),
    Answer::Refuses(400, "Throttling"),
    Answer::Refuses(429, "ThrottledException"),
    Answer::Refuses(500, "InternalFailure"),
    Answer::RefusesOddly(503),
];

#[tokio::test]
async fn a_refused_message_uses_up_no_quota_and_starts_no_minute() {
    let carrier = Carrier::start().await;
    let service = through(&carrier).await;
    for (number, answer) in REFUSALS.into_iter().enumerate() {
        carrier.next(answer);
        let reply = service.ask(REGIST_SMS, MOBILE).await;
        assert_eq!(
            reply.body,
            json!({"code": 201, "message": "短信发送失败，请稍后再试"}),
            "{answer:?}"
        );
        assert_eq!(counted(&service).await, [] as [Value; 0], "{answer:?}");
        assert_eq!(carrier.asked(), number + 1, "it is asked once");
        let line = service.last_line();
        assert!(line.notes.provider.unwrap().starts_with("SNS refused"));
        assert_eq!(line.fault, None, "it is no fault of ours");
    }
    assert!(carrier.taken().is_empty());
    let reply = service.ask(REGIST_SMS, MOBILE).await;
    assert_eq!(reply.body, json!({"code": 200, "message": ""}));
    let reply = service.register_mobile(MOBILE, &code(&carrier)).await;
    assert_eq!(reply.body["code"], 200);
}

#[tokio::test]
async fn a_refused_message_leaves_the_earlier_code_valid_with_its_tries() {
    let carrier = Carrier::start().await;
    let service = through(&carrier).await;
    service.ask(REGIST_SMS, MOBILE).await;
    let earlier = code(&carrier);
    let wrong = crate::support::mobile::wrong(&earlier);
    let reply = service.register_mobile(MOBILE, &wrong).await;
    assert_eq!(reply.body["attempts_left"], 4);
    let before = counted(&service).await;
    service.advance(61);
    for answer in REFUSALS {
        carrier.next(answer);
        let reply = service
            .ask_with_captcha(REGIST_SMS, MOBILE, "192.0.2.1")
            .await;
        assert_eq!(reply.body["code"], 201, "{answer:?}");
    }
    assert_eq!(counted(&service).await, before);
    let reply = service.register_mobile(MOBILE, &wrong).await;
    assert_eq!(reply.body["attempts_left"], 3);
    let reply = service.register_mobile(MOBILE, &earlier).await;
    assert_eq!(reply.body["code"], 200);
}

#[tokio::test]
async fn a_message_without_an_answer_counts_as_sent_and_its_code_is_good() {
    for answer in [
        Answer::TakesAfter(Duration::from_secs(3)),
        Answer::HangsUp,
        Answer::Mumbles,
    ] {
        let carrier = Carrier::start().await;
        let service = through(&carrier).await;
        carrier.next(answer);
        let reply = service.ask(REGIST_SMS, MOBILE).await;
        assert_eq!(
            reply.body,
            json!({"code": 200, "message": ""}),
            "{answer:?}"
        );
        assert_eq!(carrier.asked(), 1, "{answer:?}: it is asked once");
        let note = service.last_line().notes.provider;
        assert!(note.unwrap().starts_with("SNS did not answer"));
        assert_eq!(counted(&service).await.len(), 3);
        let again = service.ask(REGIST_SMS, MOBILE).from("192.0.2.2").await;
        assert_eq!(again.body["retry_after"], 60, "{answer:?}");
        assert_eq!(carrier.asked(), 1);
        let reply = service.register_mobile(MOBILE, &code(&carrier)).await;
        assert_eq!(reply.body["code"], 200, "{answer:?}");
    }
}

#[tokio::test]
async fn the_carrier_gets_a_transactional_message_with_its_price_and_sender() {
    let carrier = Carrier::start().await;
    let service = Service::sending_through(&carrier.url, |config| {
        config.sender_id = "Shop1".to_owned();
        config.max_price = "0.07".to_owned();
        config.code_seconds = 600;
        let template =
            registration::delivery::template::Template::new("【商店】{code}，{minutes}分钟内有效");
        config.template = template.expect("a good template");
    })
    .await;
    service.ask(REGIST_SMS, MOBILE).await;
    let form = carrier.taken().remove(0);
    assert_eq!(form["Action"], "Publish");
    assert_eq!(form["PhoneNumber"], "+8613800138000");
    let code = mail::code(&form["Message"]).expect("a code");
    let message = format!("【商店】{code}，10分钟内有效");
    assert_eq!(form["Message"], message);
    let mut attributes: Vec<_> = (1..=3)
        .map(|place| {
            let part = |part: &str| &*form[&format!("MessageAttributes.entry.{place}.{part}")];
            [
                part("Name"),
                part("Value.DataType"),
                part("Value.StringValue"),
            ]
        })
        .collect();
    attributes.sort_unstable();
    assert_eq!(
        attributes,
        [
            ["AWS.SNS.SMS.MaxPrice", "Number", "0.07"],
            ["AWS.SNS.SMS.SMSType", "String", "Transactional"],
            ["AWS.SNS.SMS.SenderID", "String", "Shop1"],
        ]
    );
}

#[tokio::test]
async fn a_message_that_found_no_connection_counts_as_refused() {
    let carrier = Carrier::start().await;
    // A socket that is bound and does not listen refuses, and nobody else gets its port.
    let closed = TcpSocket::new_v4().expect("a socket");
    let port = "127.0.0.1:0".parse().expect("an address");
    closed.bind(port).expect("a port is free");
    let nobody = closed.local_addr().expect("it has an address");
    let silent = listen(0).await.expect("a port is free");
    let silent = silent.local_addr().expect("it has an address");
    for (what, url) in [
        ("nobody listens", format!("http://{nobody}")),
        ("no TLS", carrier.url.replace("http:", "https:")),
        ("TLS is never agreed", format!("https://{silent}")),
        ("no such name", "http://nobody.invalid".to_owned()),
    ] {
        // Longer than a connection may take.
        let patience = Duration::from_secs(5);
        let service = Service::sending_through(&url, |config| config.sms_timeout = patience).await;
        let reply = service.ask(REGIST_SMS, MOBILE).await;
        let note = service.last_line().notes.provider.expect("it is said");
        assert_eq!(note, "SNS refused a message: no connection", "{what}");
        let refused = json!({"code": 201, "message": "短信发送失败，请稍后再试"});
        assert_eq!(reply.body, refused, "{what}");
        assert_eq!(counted(&service).await, [] as [Value; 0], "{what}");
    }
    assert!(carrier.taken().is_empty());
}
