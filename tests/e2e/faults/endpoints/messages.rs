//! Messages, mails, captchas, and who is registered.

use crate::support::{
    RequestBuilder, Service,
    mobile::{REGIST_SMS, RESET_SMS},
};

use super::{Done, Endpoint, account};
use crate::faults::subject::{Need, Subject};

fn with_captcha(service: &Service, subject: &Subject, path: &str) -> RequestBuilder {
    let [id, value] = &subject.captcha;
    let fields = [
        ("mobile", &*subject.mobile),
        ("captcha_id", id),
        ("captcha_value", value),
    ];
    service.post(path).from(&subject.address).form(&fields)
}

fn sms(service: &Service, subject: &Subject, path: &str) -> RequestBuilder {
    service.ask(path, &subject.mobile).from(&subject.address)
}

fn ask_mail(service: &Service, subject: &Subject) -> RequestBuilder {
    let request = account(service, subject, "reset_password_with_email");
    request.form(&[("email", &*subject.email)])
}

fn check(service: &Service, subject: &Subject, name: &str) -> RequestBuilder {
    let request = account(service, subject, name);
    request.form(&[("mobile", &*subject.mobile)])
}

/// Messages, mails, captchas, and who is registered.
pub const MESSAGES: &[Endpoint] = &[
    Endpoint {
        what: "",
        method: "POST",
        path: REGIST_SMS,
        needs: &[],
        ask: |service, subject| sms(service, subject, REGIST_SMS),
        done: Done::Sent,
    },
    Endpoint {
        what: "with a captcha",
        method: "POST",
        path: REGIST_SMS,
        needs: &[Need::Captcha],
        ask: |service, subject| with_captcha(service, subject, REGIST_SMS),
        done: Done::Sent,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: RESET_SMS,
        needs: &[Need::Mobile],
        ask: |service, subject| sms(service, subject, RESET_SMS),
        done: Done::Sent,
    },
    Endpoint {
        what: "a member's address",
        method: "POST",
        path: "/api/v1/account/reset_password_with_email",
        needs: &[Need::Email],
        ask: ask_mail,
        done: Done::Mailed,
    },
    Endpoint {
        what: "nobody's address",
        method: "POST",
        path: "/api/v1/account/reset_password_with_email",
        needs: &[],
        ask: ask_mail,
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/api/v1/account/check_regist_mobile",
        needs: &[],
        ask: |service, subject| check(service, subject, "check_regist_mobile"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/api/v1/account/check_reset_mobile",
        needs: &[Need::Mobile],
        ask: |service, subject| check(service, subject, "check_reset_mobile"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "GET",
        path: "/captcha",
        needs: &[],
        ask: |service, _| service.get("/captcha"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "GET",
        path: "/captcha/{file}",
        needs: &[Need::Captcha],
        ask: |service, subject| service.get(&format!("/captcha/{}.png", subject.captcha[0])),
        done: Done::Nothing,
    },
    Endpoint {
        what: "too soon",
        method: "POST",
        path: REGIST_SMS,
        needs: &[Need::RegistrationCode],
        ask: |service, subject| sms(service, subject, REGIST_SMS),
        done: Done::Nothing,
    },
    Endpoint {
        what: "past 80 % of the day's cap",
        method: "POST",
        path: REGIST_SMS,
        needs: &[Need::Cap],
        ask: |service, subject| sms(service, subject, REGIST_SMS),
        done: Done::Sent,
    },
];
