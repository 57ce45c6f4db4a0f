//! Messages, and what their codes are good for.

use super::book::Book;
use crate::support::mobile::{REGIST_SMS, RESET_SMS};

const MOBILE: &str = "13912345678";
const FREE: &str = "13912345679";

pub async fn count(book: &mut Book<'_>) {
    let service = book.service;
    let sent = service.ask(REGIST_SMS, MOBILE).await;
    book.good(&sent, "send a code", (1, 0.0, 3.0));
    let sent = service.ask(RESET_SMS, FREE).from("192.0.2.4").await;
    book.good_too(&sent);

    let code = service.last_code(MOBILE).await;
    let registered = service.register_mobile(MOBILE, &code).await;
    book.good(&registered, "register with mobile and code", (2, 0.0, 11.0))
        .least((2, 0.0, 9.0))
        .because("session and counter ride in the transaction, as with a name");

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
    service.advance(61);
    let ask = async |path, mobile, from| service.ask_with_captcha(path, mobile, from).await;
    let sent = ask(RESET_SMS, MOBILE, "192.0.2.2").await;
    book.good(&sent, "send a code, with a captcha", (2, 0.0, 4.0));
    book.good_too(&ask(REGIST_SMS, FREE, "192.0.2.5").await);

    let code = service.last_code(MOBILE).await;
    let reset = service.reset_mobile(MOBILE, &code).await;
    book.good(&reset, "reset by mobile, one name", (2, 1.0, 7.0));
}
