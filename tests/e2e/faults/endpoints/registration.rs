//! Registering and resetting.

use crate::support::{RequestBuilder, Service};

use super::{By, Done, Endpoint, account};
use crate::faults::subject::{Need, Subject};

fn password(account: &str) -> [(&'static str, &str); 3] {
    [
        ("account", account),
        ("password", "123456"),
        ("password_again", "123456"),
    ]
}

fn register_mobile(service: &Service, subject: &Subject, code: &str) -> RequestBuilder {
    let request = service.register_mobile(&subject.mobile, code);
    request.from(&subject.address)
}

fn reset_mobile(service: &Service, subject: &Subject) -> RequestBuilder {
    let request = service.reset_mobile(&subject.mobile, &subject.code);
    request.from(&subject.address)
}

/// Registering and resetting.
pub const REGISTRATION: &[Endpoint] = &[
    Endpoint {
        what: "",
        method: "POST",
        path: "/api/v1/account/register_with_user_name",
        needs: &[],
        ask: |service, subject| {
            let request = account(service, subject, "register_with_user_name");
            request.form(&password(&subject.name))
        },
        done: Done::LogsIn(By::Username, "123456"),
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/api/v1/account/register_with_email",
        needs: &[],
        ask: |service, subject| {
            let request = account(service, subject, "register_with_email");
            request.form(&password(&subject.email))
        },
        done: Done::LogsIn(By::Email, "123456"),
    },
    Endpoint {
        what: "right code",
        method: "POST",
        path: "/api/v1/account/register_with_mobile",
        needs: &[Need::RegistrationCode],
        ask: |service, subject| register_mobile(service, subject, &subject.code),
        done: Done::LogsIn(By::Mobile, "123456"),
    },
    Endpoint {
        what: "wrong code",
        method: "POST",
        path: "/api/v1/account/register_with_mobile",
        needs: &[Need::RegistrationCode],
        ask: |service, subject| {
            let wrong = crate::support::mobile::wrong(&subject.code);
            register_mobile(service, subject, &wrong)
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "a taken mobile",
        method: "POST",
        path: "/api/v1/account/register_with_mobile",
        needs: &[Need::Mobile, Need::RegistrationCode],
        ask: |service, subject| register_mobile(service, subject, &subject.code),
        done: Done::Nothing,
    },
    Endpoint {
        what: "right code",
        method: "POST",
        path: "/api/v1/account/reset_password_with_mobile",
        needs: &[Need::Mobile, Need::ResetCode],
        ask: reset_mobile,
        done: Done::LogsIn(By::Mobile, "654321"),
    },
    Endpoint {
        what: "nobody's mobile",
        method: "POST",
        path: "/api/v1/account/reset_password_with_mobile",
        needs: &[Need::ResetCode],
        ask: reset_mobile,
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "GET",
        path: "/reset_password",
        needs: &[Need::Email, Need::Link],
        ask: |service, subject| {
            let path = format!("/reset_password?token={}", subject.link);
            service.get(&path).from(&subject.address)
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/reset_password",
        needs: &[Need::Email, Need::Link],
        ask: |service, subject| {
            let fields = [
                ("token", &*subject.link),
                ("password", "654321"),
                ("password_again", "654321"),
            ];
            let request = service.post("/reset_password").from(&subject.address);
            request.header("origin", "null").form(&fields)
        },
        done: Done::LogsIn(By::Email, "654321"),
    },
    Endpoint {
        what: "a member with more names",
        method: "POST",
        path: "/api/v1/account/reset_password_with_mobile",
        needs: &[Need::Mobile, Need::MoreNames, Need::ResetCode],
        ask: reset_mobile,
        done: Done::LogsIn(By::Username, "654321"),
    },
];
