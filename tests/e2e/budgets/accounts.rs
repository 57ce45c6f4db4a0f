//! Changing one's profile and password.

use super::book::Book;

pub async fn count(book: &mut Book<'_>) {
    let service = book.service;
    let token = service.register("owner").await;
    let save = service.post("/api/v1/account/save").cookie(&token);
    let saved = save.form(&[("name", "x")]).await;
    book.good(&saved, "`save`", (2, 2.0, 1.0));
    let fields = [
        ("password_old", "123456"),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    let change = service.post("/api/v1/account/change_password");
    let changed = change.cookie(&token).form(&fields).await;
    book.good(&changed, "`change_password`, one name", (3, 3.0, 8.0))
        .least((3, 2.0, 5.0))
        .because(
            "the old password is compared as a login's is, login record and attempt taken back included; the session's \
             item goes in the transaction",
        );
}
