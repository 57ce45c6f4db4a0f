//! Credits, spends and pages of points.

use super::book::Book;

pub async fn count(book: &mut Book<'_>) {
    let service = book.service;
    let holder = service.holder("holder").await;
    let given = service.give(holder.id, "one", 5, "订单").await;
    book.good(&given, "credit or spend points", (2, 1.0, 6.0))
        .least((1, 0.0, 4.0))
        .because(
            "the place of an entry is to be known before it is written, and an index sorts entries by it",
        );
    let spent = service.give(holder.id, "spent", -5, "订单").await;
    book.good_too(&spent);

    let page = service.details(&holder.token, "").await;
    book.good(&page, "a page of points", (2, 3.0, 0.0))
        .least((2, 2.5, 0.0));
    let page = service.post("/api/v1/account/reward_point_details");
    book.good_too(&page.bearer(&holder.token).await);
    let page = service.details(&holder.token, "last_three_month=1").await;
    book.good(&page, "a page of points, by date", (2, 3.0, 0.0));
    let page = service.admin_details(holder.id, "").await;
    book.good(&page, "a page of points, the operator's", (2, 3.0, 0.0))
        .least((2, 1.5, 0.0));
}
