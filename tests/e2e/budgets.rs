//! What each request costs in DynamoDB, counted from what the SDK client really sent: within its budget,
//! and as the document says; and that whatever guards a write or a session is read consistently.

mod accounts;
mod book;
mod mails;
mod mobiles;
mod points;
mod sessions;

use crate::support::Service;
use book::Book;

#[tokio::test]
async fn every_request_keeps_its_budget_and_the_document_says_what_it_costs() {
    let service = Service::start().await;
    let mut book = Book::of(&service);
    sessions::count(&mut book).await;
    accounts::count(&mut book).await;
    mobiles::count(&mut book).await;
    mails::count(&mut book).await;
    points::count(&mut book).await;
    book.close();
}

#[tokio::test]
async fn whatever_guards_a_write_or_a_session_is_read_consistently() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let session = service.login("yhsduser", "app").await;
    let refresh = session["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "app")];
    service.post("/v1/site/refresh").form(&fields).await;
    service.get("/api/v1/account/current").cookie(&token).await;
    service
        .post("/api/v1/account/save")
        .cookie(&token)
        .form(&[("name", "x")])
        .await;
    let mut reads = 0;
    for sent in service.take_sent() {
        let consistent: Vec<_> = match sent.operation.as_str() {
            "GetItem" | "Query" => vec![sent.body["ConsistentRead"].clone()],
            "BatchGetItem" => {
                let tables = sent.body["RequestItems"]
                    .as_object()
                    .expect("tables")
                    .values();
                tables.map(|keys| keys["ConsistentRead"].clone()).collect()
            }
            "UpdateItem" | "PutItem" | "DeleteItem" | "TransactWriteItems" => continue,
            other => panic!("{other} is not among the operations of the store"),
        };
        reads += consistent.len();
        assert!(consistent.iter().all(|flag| flag == true), "{sent:?}");
    }
    assert_eq!(reads, 3);
}

#[tokio::test]
async fn every_request_asks_what_it_costs() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    service.login("yhsduser", "app").await;
    service.get("/api/v1/account/current").cookie(&token).await;
    service.post("/api/v1/account/logout").cookie(&token).await;
    for sent in service.take_sent() {
        assert_eq!(
            sent.body["ReturnConsumedCapacity"], "TOTAL",
            "{}",
            sent.operation
        );
    }
}
