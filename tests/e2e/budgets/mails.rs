//! A password that is reset by mail.

use super::book::Book;
use crate::support::with_password;

const MAIL: &str = "user@youhaosuda.com";

pub async fn count(book: &mut Book<'_>) {
    let service = book.service;
    let register = service.post("/api/v1/account/register_with_email");
    let register = register.form(&with_password(MAIL, "123456"));
    register.from("192.0.2.3").await;
    let path = format!("/api/v1/account/reset_password_with_email?email={MAIL}");
    let asked = service.post(&path).await;
    book.good(&asked, "ask for a reset mail", (1, 1.0, 4.0))
        .least((1, 1.0, 2.0))
        .because(
            "the counter of the address and the link are one transaction, for known and unknown alike",
        );
    let mail = service.inbox.to(MAIL).await;
    let (_, link) = mail[0].body.split_once("?token=").expect("a link");
    let token = link.split_whitespace().next().expect("a token");
    let page = service.get(&format!("/reset_password?token={token}")).await;
    book.good(&page, "the reset page", (2, 3.0, 0.0))
        .least((1, 1.0, 0.0))
        .because(
            "the link's item names nobody: the login record of the same digest leads to the member",
        );
    let fields = [
        ("token", token),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    let set = service.post("/reset_password").form(&fields);
    let set = set.header("origin", "null").await;
    book.good(&set, "set a password there", (3, 3.0, 6.0))
        .least((2, 2.0, 6.0))
        .because("the link leads to the login record, and that to the member");
}
