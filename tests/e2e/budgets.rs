//! What each request costs in DynamoDB, counted from what the SDK client really sent: within its budget,
//! and as the document says; and that whatever guards a write or a session is read consistently.

mod book;

use shared::store::Store;

use crate::support::{
    Reply, Service, aws, is_embedded,
    mobile::{REGIST_SMS, RESET_SMS},
};
use book::Book;

const MAIL: &str = "user@youhaosuda.com";
const MOBILE: &str = "13912345678";

#[tokio::test]
async fn every_request_keeps_its_budget_and_the_document_says_what_it_costs() {
    let service = Service::start().await;
    let mut book = Book::of(&service);
    sessions(&mut book).await;
    accounts(&mut book).await;
    mobiles(&mut book).await;
    mails(&mut book).await;
    points(&mut book).await;
    if is_embedded() {
        book.compare();
    }
}

async fn sessions(book: &mut Book<'_>) {
    let service = book.service;
    let register = "/api/v1/account/register_with_user_name";
    let fields = [
        ("account", "yhsduser"),
        ("password", "123456"),
        ("password_again", "123456"),
    ];
    let registered = service.post(register).form(&fields).await;
    let token = registered.cookie().expect("a session");
    book.good(
        &registered,
        "register with a name or an address",
        (1, 0.0, 8.0),
        (1, 0.0, 6.0),
        "session and counter of the address ride in the transaction of member and marker, so none is without the others",
    );

    let current = service.get("/api/v1/account/current").cookie(&token).await;
    book.good(&current, "`current`", (1, 2.0, 0.0), (1, 2.0, 0.0), "");

    let login = |account, password| {
        let fields = [("account", account), ("password", password)];
        service.post("/api/v1/account/login").form(&fields)
    };
    let taken_back = "the guess was counted before the password was compared, and is taken back: a shop's \
                      customers share an address";
    let logged_in = login("yhsduser", "123456").await;
    let least = (2, 1.0, 3.0);
    book.good(
        &logged_in,
        "log in, Youhaosuda",
        (2, 1.0, 4.0),
        least,
        taken_back,
    );
    service.login("yhsduser", "app").await;
    let session = service.login("yhsduser", "app").await;
    book.count("log in, RageFrame", (2, 1.0, 4.0), least, taken_back);
    for (request, account) in [
        ("log in, wrong password", "yhsduser"),
        ("log in, unknown account", "nobody"),
    ] {
        login(account, "wrong").await;
        assert_eq!(service.last_line().code, 201);
        let reason =
            "wrong passwords are counted for the account too, once it is known that they are";
        book.count(request, (2, 1.0, 2.0), (1, 1.0, 1.0), reason);
    }

    let refresh = session["refresh_token"].as_str().expect("a token");
    let fields = [("refresh_token", refresh), ("group", "app")];
    let refreshed = service.post("/v1/site/refresh").form(&fields).await;
    let reason = "the visit is counted once the pair was exchanged, not beside it";
    book.good(&refreshed, "refresh", (2, 0.0, 2.0), (1, 0.0, 2.0), reason);
    let access = access(&refreshed);
    let first = service.get("/api/v1/account/current").bearer(&access).await;
    let reason = "that the new pair has arrived is written down";
    book.good(
        &first,
        "`current`, first after a refresh",
        (2, 2.0, 1.0),
        (1, 2.0, 0.0),
        reason,
    );
    let then = service.get("/api/v1/account/current").bearer(&access).await;
    assert_eq!(service.spent().trips, 1, "{}", then.body);

    let up = service.post("/v2/customer/account/up-userinfo");
    let saved = up.bearer(&access).form(&[("nickname", "x")]).await;
    let reason = "profile and pair change in one transaction";
    book.good(
        &saved,
        "`up-userinfo`",
        (2, 2.0, 4.0),
        (2, 2.0, 2.0),
        reason,
    );
    let path = "/v2/customer/account/logout";
    let out = service.post(path).bearer(&self::access(&saved)).await;
    book.good(&out, "log out", (1, 0.0, 1.0), (1, 0.0, 1.0), "");
}

async fn accounts(book: &mut Book<'_>) {
    let service = book.service;
    let token = service.register("owner").await;
    let save = service.post("/api/v1/account/save").cookie(&token);
    let saved = save.form(&[("name", "x")]).await;
    book.good(&saved, "`save`", (2, 2.0, 1.0), (2, 2.0, 1.0), "");
    let fields = [
        ("password_old", "123456"),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    let change = service.post("/api/v1/account/change_password");
    let changed = change.cookie(&token).form(&fields).await;
    let reason = "the old password is compared as a login's is, marker and guess taken back included; the \
                  session's item goes in the transaction";
    book.good(
        &changed,
        "`change_password`, one name",
        (3, 3.0, 8.0),
        (3, 2.0, 5.0),
        reason,
    );
}

async fn mobiles(book: &mut Book<'_>) {
    let service = book.service;
    let check = |path: &str| {
        let path = format!("/api/v1/account/{path}");
        service.post(&path).form(&[("mobile", MOBILE)])
    };
    let checked = check("check_regist_mobile").await;
    let cost = (1, 1.0, 1.0);
    book.good(
        &checked,
        "`check_regist_mobile`, `check_reset_mobile`",
        cost,
        cost,
        "",
    );
    let sent = service.ask(REGIST_SMS, MOBILE).await;
    let cost = (1, 0.0, 3.0);
    book.good(&sent, "send a code", cost, cost, "");
    let code = service.last_code(MOBILE).await;
    let registered = service.register_mobile(MOBILE, &code).await;
    let reason = "session and counter ride in the transaction, as with a name";
    book.good(
        &registered,
        "register with mobile and code",
        (2, 0.0, 11.0),
        (2, 0.0, 9.0),
        reason,
    );
    service.advance(61);
    let sent = service
        .ask_with_captcha(RESET_SMS, MOBILE, "192.0.2.2")
        .await;
    book.good(
        &sent,
        "send a code, with a captcha",
        (2, 0.0, 4.0),
        (2, 0.0, 4.0),
        "",
    );
    let code = service.last_code(MOBILE).await;
    let reset = service.reset_mobile(MOBILE, &code).await;
    let least = (2, 1.0, 7.0);
    book.good(
        &reset,
        "reset by mobile, one name",
        (2, 1.0, 7.0),
        least,
        "",
    );
}

async fn mails(book: &mut Book<'_>) {
    let service = book.service;
    let fields = [
        ("account", MAIL),
        ("password", "123456"),
        ("password_again", "123456"),
    ];
    let register = service.post("/api/v1/account/register_with_email");
    register.form(&fields).from("192.0.2.3").await;
    let path = format!("/api/v1/account/reset_password_with_email?email={MAIL}");
    let asked = service.post(&path).await;
    let reason =
        "the counter of the address and the link are one transaction, for known and unknown alike";
    book.good(
        &asked,
        "ask for a reset mail",
        (1, 1.0, 4.0),
        (1, 1.0, 2.0),
        reason,
    );
    let mail = service.inbox.to(MAIL).await;
    let (_, link) = mail[0].body.split_once("?token=").expect("a link");
    let token = link.split_whitespace().next().expect("a token");
    let page = service.get(&format!("/reset_password?token={token}")).await;
    book.good(&page, "the reset page", (1, 1.0, 0.0), (1, 1.0, 0.0), "");
    let fields = [
        ("token", token),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    let set = service.post("/reset_password").form(&fields);
    let set = set.header("origin", "null").await;
    let reason = "the link leads to the name, and the name to the member";
    book.good(
        &set,
        "set a password there",
        (3, 2.0, 6.0),
        (2, 2.0, 6.0),
        reason,
    );
}

async fn points(book: &mut Book<'_>) {
    let service = book.service;
    let holder = service.holder("holder").await;
    service.given(holder.id, "one", 5).await;
    let given = service.give(holder.id, "two", 5, "订单").await;
    let reason = "entries are sorted by an index of their own, which is a write too";
    book.good(
        &given,
        "credit or spend points",
        (1, 0.0, 5.0),
        (1, 0.0, 4.0),
        reason,
    );
    service.details(&holder.token, "").await;
    let page = service.details(&holder.token, "").await;
    book.good(&page, "a page of points", (1, 3.0, 0.0), (1, 2.5, 0.0), "");
    let page = service.admin_details(holder.id, "").await;
    book.good(
        &page,
        "a page of points, the operator's",
        (1, 3.0, 0.0),
        (1, 1.5, 0.0),
        "",
    );
    let strange = || service.with_store(Store::with(aws().dynamodb(), service.table()));
    let given = service
        .give(holder.id, "three", 5, "订单")
        .through(&strange());
    let reason = "the place of an entry is to be known before it is written";
    book.good(
        &given.await,
        "credit or spend, by a process that has not met the ledger",
        (2, 1.0, 5.0),
        (1, 0.0, 4.0),
        reason,
    );
}

fn access(reply: &Reply) -> String {
    let token = reply.body["data"]["access_token"].as_str();
    token.expect("a token").to_owned()
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
