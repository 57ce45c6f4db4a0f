//! Whole ledgers, written straight into a table.

use std::{collections::HashMap, future::Future};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use shared::{
    base::clock::Time,
    domain::points::{EXPIRED, Points, Posting},
};
use tokio::task::JoinSet;

/// What the entries say.
pub const LOADED: &str = "每日签到";

/// How many batches are written at once.
const AT_ONCE: usize = 8;

/// Writes entries of one point each at `times` into the empty ledger of the member `id`.
pub async fn load(client: &Client, table: &str, id: u64, times: impl Iterator<Item = Time>) {
    let mut points = Points::default();
    let mut batch = Vec::new();
    let mut writing = JoinSet::new();
    for at in times {
        let (held, postings) = points.post(1, at).expect("a credit is never refused");
        points = held;
        for posting in postings {
            batch.push(put(id, &posting));
            if batch.len() == 25 {
                writing.spawn(write(client, table, std::mem::take(&mut batch)));
                if writing.len() == AT_ONCE {
                    writing.join_next().await;
                }
            }
        }
    }
    if !batch.is_empty() {
        writing.spawn(write(client, table, batch));
    }
    writing.join_all().await;
    let number = |number: i64| AttributeValue::N(number.to_string());
    let held = HashMap::from([
        ("seq".to_owned(), AttributeValue::N(points.seq.to_string())),
        ("year".to_owned(), number(points.year.into())),
        ("this_year".to_owned(), number(points.this_year)),
        ("last_year".to_owned(), number(points.last_year)),
        ("credited".to_owned(), number(points.credited)),
        ("spent".to_owned(), number(points.spent)),
        ("newest".to_owned(), number(points.newest)),
        ("checkpoint_at".to_owned(), number(points.checkpoint_at)),
        (
            "entry_times".to_owned(),
            AttributeValue::B(points.entry_times.clone().into()),
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

fn write(
    client: &Client,
    table: &str,
    batch: Vec<WriteRequest>,
) -> impl Future<Output = ()> + use<> {
    let write = client.batch_write_item().request_items(table, batch);
    async {
        let written = write.send().await.expect("a batch is written");
        let left = written.unprocessed_items.unwrap_or_default();
        assert!(left.is_empty(), "an embedded table writes whole batches");
    }
}

fn put(id: u64, posting: &Posting) -> WriteRequest {
    let sk = if posting.point > 0 {
        format!("points#loaded-{}", posting.seq)
    } else {
        format!("expiry#{}", posting.at.year())
    };
    let desc = if posting.point > 0 { LOADED } else { EXPIRED };
    let text = |text: String| AttributeValue::S(text);
    let number = |number: i64| AttributeValue::N(number.to_string());
    let mut put = PutRequest::builder()
        .item("pk", text(format!("member#{id}")))
        .item("sk", text(sk))
        .item("seq", AttributeValue::N(posting.seq.to_string()))
        .item("at", number(posting.at.millis()))
        .item("point", number(posting.point))
        .item("desc", text(desc.to_owned()))
        .item("balance", number(posting.balance));
    if posting.point > 0 {
        put = put.item("actor", text("import".to_owned()));
    }
    if let Some(times) = &posting.checkpoint {
        put = put
            .item("checkpoint", number(posting.at.millis()))
            .item("entry_times", AttributeValue::B(times.clone().into()));
    }
    let put = put.build().expect("a put with an item is complete");
    WriteRequest::builder().put_request(put).build()
}
