//! Many callers at once, and answers that get lost.

use std::{collections::HashSet, future::IntoFuture};

use serde_json::{Value, json};
use tests::proxy::{Fault, Pick, Repeat};

use crate::support::{RequestBuilder, Service};

/// Sends all at once, and gives the answers in the same order.
async fn all(requests: impl IntoIterator<Item = RequestBuilder>) -> Vec<Value> {
    let sent: Vec<_> = requests
        .into_iter()
        .map(|request| tokio::spawn(request.into_future()))
        .collect();
    let mut answers = Vec::new();
    for sent in sent {
        answers.push(sent.await.expect("a request is answered").body);
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_callers_with_ten_keys_twice_each_write_ten_entries() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    let give = |caller: usize| service.give(member.id, &format!("k{}", caller % 10), 7, "订单");
    let answers = all((0..20).map(give)).await;
    for (one, other) in answers[..10].iter().zip(&answers[10..]) {
        assert_eq!(one["code"], 200, "{one}");
        assert_eq!(one, other, "the same key has the same answer");
    }
    let places: HashSet<_> = answers
        .iter()
        .map(|answer| answer["entry"]["id"].as_u64())
        .collect();
    assert_eq!(places.len(), 10);
    assert_eq!(service.items("member#", "points#").await.len(), 10);
    service.assert_adds_up(member.id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_spends_of_ten_from_eighty_are_eight_spends() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.given(member.id, "credit", 80).await;
    let spend = |caller: usize| service.give(member.id, &format!("k{caller}"), -10, "订单");
    let answers = all((0..20).map(spend)).await;
    let refused = json!({ "code": 201, "message": "积分不足", "balance": 0 });
    let done = answers
        .iter()
        .filter(|answer| answer["code"] == 200)
        .count();
    assert_eq!(done, 8, "{answers:?}");
    assert_eq!(
        answers.iter().filter(|answer| **answer == refused).count(),
        12
    );
    let page = service.admin_details(member.id, "").await.body;
    assert_eq!(page["reward_point_total"], 0);
    assert_eq!(page["paging"]["items"], 9);
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn a_transaction_whose_answer_is_lost_and_that_is_repeated_is_one_entry() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let member = service.holder("yhsduser").await;
    let give = |key: &str, point| service.give(member.id, key, point, "订单");
    assert_eq!(give("first", 100).await.body["balance"], 100);

    // The first call reads the ledger, the second writes it.
    script.arm(Pick::Nth(1), Fault::CutAfter, Repeat::Stubborn);
    let fault = json!({ "code": 500, "message": "服务暂时不可用，请稍后再试" });
    assert_eq!(give("spend", -100).await.body, fault);
    assert!(script.disarm() > 1, "it was repeated");
    assert_eq!(
        service.items("member#", "points#").await.len(),
        2,
        "it was done"
    );
    let again = give("spend", -100).await.body;
    assert_eq!(
        (&again["code"], &again["balance"]),
        (&json!(200), &json!(0))
    );
    assert_eq!(again["entry"]["id"], 2);
    assert_eq!(service.items("member#", "points#").await.len(), 2);
    service.assert_adds_up(member.id).await;
}

#[tokio::test]
async fn a_write_is_one_transaction_with_a_token_of_its_own() {
    let service = Service::start().await;
    let member = service.holder("yhsduser").await;
    service.take_sent();
    service.given(member.id, "a", 1).await;
    service.given(member.id, "b", 1).await;
    let sent = service.take_sent();
    let operations: Vec<_> = sent.iter().map(|sent| &*sent.operation).collect();
    assert_eq!(operations, ["GetItem", "TransactWriteItems"].repeat(2));
    // The SDK's own repetitions carry the same one.
    let writes = [&sent[1], &sent[3]];
    let tokens = writes.map(|sent| sent.body["ClientRequestToken"].as_str());
    assert!(tokens.iter().all(Option::is_some) && tokens[0] != tokens[1]);
    for (read, write) in [&sent[0], &sent[2]].into_iter().zip(writes) {
        assert_eq!(read.body["ConsistentRead"], true);
        assert_eq!(
            write.body["TransactItems"].as_array().map(Vec::len),
            Some(2)
        );
    }
}

#[tokio::test]
async fn a_transaction_that_met_others_again_and_again_is_tried_on() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let member = service.holder("yhsduser").await;
    // Once more often than the SDK tries by itself.
    let conflicts = Repeat::Times(7);
    script.arm(Pick::Nth(0), Fault::TransactionConflict, conflicts);
    script.record();
    let reply = service.give(member.id, "k", 5, "订单").await;
    assert_eq!(
        (&reply.body["code"], &reply.body["balance"]),
        (&json!(200), &json!(5))
    );
    assert_eq!(script.disarm(), 7);
    let calls = script.recorded();
    let writes = (calls.iter()).filter(|call| call.operation == "TransactWriteItems");
    assert_eq!(writes.count(), 8, "the SDK gave up, and the ledger did not");
    assert_eq!(service.items("member#", "points#").await.len(), 1);
    service.assert_adds_up(member.id).await;
}
