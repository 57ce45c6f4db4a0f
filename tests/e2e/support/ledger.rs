//! Ledgers in tests: credits and spends by the operator, pages by the member, and whole ledgers
//! loaded straight into the table.

use std::{collections::HashMap, future::Future};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use serde_json::{Value, json};
use shared::{
    clock::Time,
    points::{Points, Posting},
};

use tokio::task::JoinSet;

use super::{Reply, RequestBuilder, Service};

/// How many batches are written at once.
const AT_ONCE: usize = 8;

/// A member with a ledger.
pub struct Holder {
    pub name: String,
    pub token: String,
    pub id: u64,
}

impl Service {
    /// Registers a member and asks for their number.
    pub async fn holder(&self, name: &str) -> Holder {
        let token = self.register(name).await;
        let current = self.get("/api/v1/account/current").bearer(&token).await;
        Holder {
            name: name.to_owned(),
            id: current.body["customer"]["id"].as_u64().expect("a number"),
            token,
        }
    }

    /// Credits or spends points.
    pub fn give(&self, id: u64, key: &str, point: i64, desc: &str) -> RequestBuilder {
        self.post(&format!("/admin/members/{id}/points"))
            .operator()
            .json(json!({ "key": key, "point": point, "desc": desc }))
    }

    /// Credits or spends points, which must be done; gives the answer.
    pub async fn given(&self, id: u64, key: &str, point: i64) -> Value {
        let reply = self.give(id, key, point, "订单").await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        reply.body
    }

    /// A page as its member sees it.
    pub async fn details(&self, token: &str, query: &str) -> Reply {
        self.get(&format!("/api/v1/account/reward_point_details?{query}"))
            .bearer(token)
            .await
    }

    /// A page as the operator sees it.
    pub async fn admin_details(&self, id: u64, query: &str) -> Reply {
        self.get(&format!("/admin/members/{id}/points?{query}"))
            .operator()
            .await
    }

    /// Asserts that what the member holds is what their entries add up to, and that these have
    /// their places without a gap.
    pub async fn assert_adds_up(&self, id: u64) {
        let pk = format!("member#{id}");
        let mut entries = self.items(&pk, "points#").await;
        entries.extend(self.items(&pk, "expiry#").await);
        entries.sort_by_key(|entry| entry["seq"].as_u64());
        let points = &self.items(&pk, "member").await[0]["points"];
        let mut sum = 0;
        for (place, entry) in (1..).zip(&entries) {
            sum += entry["point"].as_i64().expect("a number");
            assert_eq!(entry["seq"], place, "places have no gap");
            assert_eq!(entry["balance"], sum, "each entry says what was left");
        }
        assert_eq!(points["seq"], entries.len());
        let held = ["this_year", "last_year"].map(|year| points[year].as_i64().expect("a number"));
        assert!(held.iter().all(|held| *held >= 0), "{points}");
        assert_eq!(held[0] + held[1], sum, "the balance is the entries' sum");
    }

    /// Writes entries of one point each at the times given straight into an empty ledger.
    pub async fn load(&self, id: u64, times: impl Iterator<Item = Time>) {
        let mut points = Points::default();
        let mut batch = Vec::new();
        let mut writing = JoinSet::new();
        for at in times {
            let (held, postings) = points.post(1, at).expect("a credit is never refused");
            points = held;
            for posting in postings {
                batch.push(put(id, &posting));
                if batch.len() == 25 {
                    writing.spawn(self.write(std::mem::take(&mut batch)));
                    if writing.len() == AT_ONCE {
                        writing.join_next().await;
                    }
                }
            }
        }
        if !batch.is_empty() {
            writing.spawn(self.write(batch));
        }
        writing.join_all().await;
        let (client, table) = (self.client(), self.table());
        let number = |number: i64| AttributeValue::N(number.to_string());
        let held = HashMap::from([
            ("seq".to_owned(), AttributeValue::N(points.seq.to_string())),
            ("year".to_owned(), number(points.year.into())),
            ("this_year".to_owned(), number(points.this_year)),
            ("last_year".to_owned(), number(points.last_year)),
            ("credited".to_owned(), number(points.credited)),
            ("spent".to_owned(), number(points.spent)),
            ("newest".to_owned(), number(points.newest)),
            ("marked".to_owned(), number(points.marked)),
            (
                "times".to_owned(),
                AttributeValue::B(points.times.clone().into()),
            ),
        ]);
        client
            .update_item()
            .table_name(table)
            .key("pk", AttributeValue::S(format!("member#{id}")))
            .key("sk", AttributeValue::S("member".to_owned()))
            .update_expression("SET points = :points")
            .expression_attribute_values(":points", AttributeValue::M(held))
            .send()
            .await
            .expect("the member is there");
    }

    fn write(&self, batch: Vec<WriteRequest>) -> impl Future<Output = ()> + use<> {
        let (client, table) = (self.client(), self.table());
        let write = client.batch_write_item().request_items(table, batch);
        async {
            let written = write.send().await.expect("a batch is written");
            let left = written.unprocessed_items.unwrap_or_default();
            assert!(left.is_empty(), "an embedded table writes whole batches");
        }
    }
}

fn put(id: u64, posting: &Posting) -> WriteRequest {
    let kind = if posting.point > 0 {
        "points"
    } else {
        "expiry"
    };
    let text = |text: String| AttributeValue::S(text);
    let number = |number: i64| AttributeValue::N(number.to_string());
    let mut put = PutRequest::builder()
        .item("pk", text(format!("member#{id}")))
        .item("sk", text(format!("{kind}#loaded-{}", posting.seq)))
        .item("seq", AttributeValue::N(posting.seq.to_string()))
        .item("at", number(posting.at.millis()))
        .item("point", number(posting.point))
        .item("desc", text("每日签到".to_owned()))
        .item("balance", number(posting.balance));
    if let Some(times) = &posting.mark {
        put = put
            .item("mark", number(posting.at.millis()))
            .item("times", AttributeValue::B(times.clone().into()));
    }
    let put = put.build().expect("a put with an item is complete");
    WriteRequest::builder().put_request(put).build()
}
