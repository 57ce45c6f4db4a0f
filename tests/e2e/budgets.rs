//! What each request may cost in DynamoDB, counted from what the SDK client really sent, and that
//! whatever guards a write or a session is read consistently.

use shared::store::meter::Usage;

use crate::support::{Service, is_embedded};

fn assert_within(service: &Service, what: &str, trips: u32, reads: f64, writes: f64) {
    let Usage {
        trips: spent,
        read_units,
        write_units,
        ..
    } = service.spent();
    assert_eq!(
        service.last_line().code,
        if what.contains("wrong") { 201 } else { 200 }
    );
    assert!(spent <= trips, "{what}: {spent} trips");
    assert!(read_units <= reads, "{what}: {read_units} read units");
    assert!(write_units <= writes, "{what}: {write_units} write units");
    assert!(spent > 0, "{what} was not counted");
    // Not every imitation of DynamoDB tells what a batch costs; the embedded one does.
    let units = read_units + write_units;
    assert!(!is_embedded() || units > 0.0, "{what} was not counted");
}

#[tokio::test]
async fn every_request_keeps_its_budget() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    assert_within(&service, "register with a user name", 1, 0.0, 8.0);

    service.get("/api/v1/account/current").cookie(&token).await;
    assert_within(&service, "current", 1, 2.0, 0.0);

    let login = |password| {
        let fields = [("account", "yhsduser"), ("password", password)];
        service.post("/api/v1/account/login").form(&fields)
    };
    login("123456").await;
    assert_within(&service, "Youhaosuda login", 2, 1.0, 4.0);
    login("wrong").await;
    assert_within(&service, "wrong password", 2, 1.0, 2.0);
    let nobody = [("account", "nobody"), ("password", "wrong")];
    service.post("/api/v1/account/login").form(&nobody).await;
    assert_within(&service, "wrong account", 2, 1.0, 2.0);

    service.login("yhsduser", "app").await;
    assert_within(&service, "RageFrame login", 2, 1.0, 4.0);
    let session = service.login("yhsduser", "app").await;
    assert_within(&service, "RageFrame login again", 2, 1.0, 4.0);

    let refresh = session["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "app")];
    let refreshed = service.post("/v1/site/refresh").form(&fields).await;
    assert_within(&service, "refresh", 2, 0.0, 2.0);

    let access = refreshed.body["data"]["access_token"]
        .as_str()
        .expect("a token");
    service.get("/api/v1/account/current").bearer(access).await;
    assert_within(&service, "current, first after a refresh", 2, 2.0, 1.0);
    service.get("/api/v1/account/current").bearer(access).await;
    assert_within(&service, "current, then", 1, 2.0, 0.0);

    let up = service
        .post("/v2/customer/account/up-userinfo")
        .bearer(access);
    let saved = up.form(&[("nickname", "x")]).await;
    assert_within(&service, "up-userinfo", 2, 2.0, 4.0);
    service
        .post("/api/v1/account/save")
        .cookie(&token)
        .form(&[("name", "x")])
        .await;
    assert_within(&service, "save", 2, 2.0, 1.0);

    let access = saved.body["data"]["access_token"]
        .as_str()
        .expect("a token");
    let path = format!("/v2/customer/account/logout?access-token={access}");
    service.post(&path).await;
    assert_within(&service, "logout", 1, 0.0, 1.0);

    let fields = [
        ("password_old", "123456"),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    service
        .post("/api/v1/account/change_password")
        .cookie(&token)
        .form(&fields)
        .await;
    assert_within(&service, "change_password", 3, 3.0, 8.0);
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
