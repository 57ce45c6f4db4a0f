//! Registering, logging in, refreshing, logging out.

use super::book::Book;
use crate::support::{Reply, Service, with_password};

const NAME: &str = "yhsduser";

pub async fn count(book: &mut Book<'_>) {
    let service = book.service;
    let browser = register(book).await;
    let current = service.get("/api/v1/account/current");
    book.good(&current.cookie(&browser).await, "`current`", (1, 2.0, 0.0));
    log_in(book).await;
    let access = refresh(book).await;

    let up = service.post("/v2/customer/account/up-userinfo");
    let saved = up.bearer(&access).form(&[("nickname", "x")]).await;
    book.good(&saved, "`up-userinfo`", (2, 2.0, 4.0))
        .least((2, 2.0, 2.0))
        .because("profile and pair change in one transaction");

    let out = service.post("/v2/customer/account/logout");
    let out = out.bearer(&token(&saved, "access_token")).await;
    book.good(&out, "log out", (1, 0.0, 1.0));
    let out = service.post("/api/v1/account/logout");
    book.good_too(&out.cookie(&browser).await);
}

async fn register(book: &mut Book<'_>) -> String {
    let register = |path: &str, account| {
        let path = format!("/api/v1/account/{path}");
        let fields = with_password(account, "123456");
        book.service.post(&path).form(&fields)
    };
    let registered = register("register_with_user_name", NAME).await;
    let token = registered.cookie().expect("a session");
    let by_address = register("register_with_email", "another@youhaosuda.com");
    book.good(
        &registered,
        "register with a name or an address",
        (2, 0.0, 8.0),
    )
    .least((2, 0.0, 5.0))
    .because(
        "the address is counted before anything is hashed; the session rides in the transaction of member and login \
         record, so none is without the others",
    );
    book.good_too(&by_address.await);
    token
}

async fn log_in(book: &mut Book<'_>) {
    let service = book.service;
    let taken_back = "the attempt was counted before the password was compared, and is taken back: a shop's \
                      customers share an address";
    let logged_in = service.log_in(NAME, "123456").await;
    book.good(&logged_in, "log in, Youhaosuda", (2, 1.0, 4.0))
        .least((2, 1.0, 3.0))
        .because(taken_back);
    let browser = logged_in.cookie().expect("a session");
    let replaced = service.log_in(NAME, "123456").cookie(&browser).await;
    book.good(
        &replaced,
        "log in, in place of the browser's session",
        (2, 1.0, 5.0),
    )
    .least((2, 1.0, 4.0))
    .because(taken_back);
    service.login(NAME, "app").await;
    let logged_in = service.log_in_to("app", NAME, "123456").await;
    book.good(&logged_in, "log in, RageFrame", (2, 1.0, 4.0))
        .least((2, 1.0, 3.0))
        .because(taken_back);
    for (request, account) in [
        ("log in, wrong password", NAME),
        ("log in, unknown account", "nobody"),
    ] {
        let refused = service.log_in(account, "wrong").await;
        book.count(&refused, 201, request, (2, 1.0, 2.0))
            .least((1, 1.0, 1.0))
            .because(
                "wrong passwords are counted for the account too, once it is known that they are",
            );
        let refused = service.log_in_to("app", account, "wrong").await;
        book.count_too(&refused, 422);
    }
}

/// Gives an access token that was used.
async fn refresh(book: &mut Book<'_>) -> String {
    let service = book.service;
    let refresh = |path: &str, token: &str| {
        let fields = [("refresh_token", token), ("group", "app")];
        service.post(path).form(&fields)
    };
    let session = service.log_in_to("app", NAME, "123456").await;
    let first = token(&session, "refresh_token");
    let refreshed = refresh("/v1/site/refresh", &first).await;
    book.good(&refreshed, "refresh", (2, 0.0, 2.0))
        .least((1, 0.0, 2.0))
        .because("the visit is counted once the pair was exchanged, not beside it");
    let second = token(&refreshed, "refresh_token");
    let refreshed = refresh("/v2/customer/account/refresh", &second).await;
    book.good_too(&refreshed);

    let access = token(&refreshed, "access_token");
    let first = current(service, &access).await;
    book.good(&first, "`current`, first after a refresh", (2, 2.0, 1.0))
        .least((1, 2.0, 0.0))
        .because("that the new pair has arrived is written down");
    let then = current(service, &access).await;
    assert_eq!(service.spent().trips, 1, "{}", then.body);
    access
}

async fn current(service: &Service, access: &str) -> Reply {
    let current = service.get("/api/v1/account/current");
    current.bearer(access).await
}

fn token(reply: &Reply, kind: &str) -> String {
    let token = reply.body["data"][kind].as_str();
    token.expect("a token").to_owned()
}
