//! Credits, spends and pages of points.

use shared::store::Store;

use super::book::Book;
use crate::support::aws;

pub async fn count(book: &mut Book<'_>) {
    let service = book.service;
    let holder = service.holder("holder").await;
    service.given(holder.id, "one", 5).await;
    let given = service.give(holder.id, "two", 5, "订单").await;
    book.good(&given, "credit or spend points", (1, 0.0, 5.0))
        .least((1, 0.0, 4.0))
        .because("entries are sorted by an index of their own, which is a write too");
    let spent = service.give(holder.id, "spent", -5, "订单").await;
    book.good_too(&spent);

    service.details(&holder.token, "").await;
    let page = service.details(&holder.token, "").await;
    book.good(&page, "a page of points", (1, 3.0, 0.0))
        .least((1, 2.5, 0.0));
    let page = service.post("/api/v1/account/reward_point_details");
    book.good_too(&page.bearer(&holder.token).await);
    let page = service.admin_details(holder.id, "").await;
    book.good(&page, "a page of points, the operator's", (1, 3.0, 0.0))
        .least((1, 1.5, 0.0));

    let strange = service.with_store(Store::with(
        shared::store::dynamodb::client(&aws()),
        &service.app.config,
    ));
    let given = service
        .give(holder.id, "three", 5, "订单")
        .through(&strange);
    let request = "credit or spend, by a process that has not met the ledger";
    book.good(&given.await, request, (2, 1.0, 5.0))
        .least((1, 0.0, 4.0))
        .because("the place of an entry is to be known before it is written");
}
