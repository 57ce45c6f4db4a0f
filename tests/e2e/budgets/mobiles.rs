//! Messages, and what their codes are good for.

use super::book::Book;
use crate::support::mobile::{REGIST_SMS, RESET_SMS};

const MOBILE: &str = "13912345678";
const FREE: &str = "13912345679";

pub async fn count(book: &mut Book<'_>) {
    let service = book.service;
    let sent = service.ask(REGIST_SMS, MOBILE).await;
    book.good(&sent, "send a code", (2, 1.0, 6.0))
        .least((1, 0.0, 3.0))
        .because(
            "whether the code could be used is read before; mobile, address and cap are one transaction, so nothing \
             of it has to be taken back",
        );
    let code = service.last_code(MOBILE).await;
    let registered = service.register_mobile(MOBILE, &code).await;
    book.good(&registered, "register with mobile and code", (3, 0.0, 13.0))
        .least((2, 0.0, 9.0))
        .because(
            "the address is counted before the code is tried; a right code is taken back from its wrong ones; the \
             session rides in the transaction",
        );
    service.advance(61);
    let ask = async |path, mobile, from| service.ask_with_captcha(path, mobile, from).await;
    let sent = ask(RESET_SMS, MOBILE, "192.0.2.2").await;
    book.good(&sent, "send a code, with a captcha", (2, 1.0, 7.0))
        .least((2, 0.0, 4.0))
        .because("as without one");
    let code = service.last_code(MOBILE).await;
    book.good_too(&ask(REGIST_SMS, FREE, "192.0.2.5").await);
    let refused = service.ask(REGIST_SMS, MOBILE).from("192.0.2.6").await;
    book.count(
        &refused,
        201,
        "a code refused as (un)registered",
        (2, 1.0, 1.0),
    )
    .least((1, 1.0, 1.0))
    .because("it is counted as a lookup once it is known that it tells as much");
    let refused = service
        .ask(RESET_SMS, "13912345670")
        .from("192.0.2.6")
        .await;
    book.count_too(&refused, 201);
    let reset = service.reset_mobile(MOBILE, &code).from("192.0.2.2").await;
    book.good(&reset, "reset by mobile, one name", (3, 1.0, 9.0))
        .least((2, 1.0, 7.0))
        .because("the address is counted before the code is tried, and a right code taken back from its wrong ones");

    let check = |path: &str, mobile| service.ask(&format!("/api/v1/account/{path}"), mobile);
    let checked = check("check_regist_mobile", FREE).await;
    let request = "`check_regist_mobile`, `check_reset_mobile`";
    book.good(&checked, request, (1, 1.0, 1.0));
    book.good_too(&check("check_reset_mobile", MOBILE).await);

    let captcha = service.get("/captcha").await;
    book.free(&captcha);
    let picture = captcha.body["path"].as_str().expect("a path");
    let picture = service.get(&format!("/captcha{picture}")).await;
    book.free(&picture);
}
