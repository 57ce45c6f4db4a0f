//! The RageFrame family, and what a browser does with its session.

use crate::support::{RequestBuilder, Service};

use super::{By, Done, Endpoint, NICKNAME, account};
use crate::faults::subject::{Need, Subject};

fn login(service: &Service, subject: &Subject, name: &str, password: &str) -> RequestBuilder {
    let fields = [("account", name), ("password", password)];
    account(service, subject, "login").form(&fields)
}

fn site_login(service: &Service, subject: &Subject, password: &str) -> RequestBuilder {
    let fields = [
        ("username", &*subject.name),
        ("password", password),
        ("group", "app"),
    ];
    let request = service.post("/v1/site/login").from(&subject.address);
    request.form(&fields)
}

fn refresh(service: &Service, subject: &Subject, path: &str) -> RequestBuilder {
    let fields = [("refresh_token", &*subject.refresh), ("group", "app")];
    service.post(path).from(&subject.address).form(&fields)
}

fn up_userinfo(service: &Service, subject: &Subject, token: &str) -> RequestBuilder {
    let request = service.post("/v2/customer/account/up-userinfo");
    let request = request.from(&subject.address).bearer(token);
    request.form(&[("nickname", NICKNAME)])
}

fn change(service: &Service, subject: &Subject, old: &str) -> RequestBuilder {
    let fields = [
        ("password_old", old),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    let request = account(service, subject, "change_password").form(&fields);
    request.bearer(&subject.browser)
}

/// The RageFrame family, and what a browser does with its session.
pub const SESSIONS: &[Endpoint] = &[
    Endpoint {
        what: "right password",
        method: "POST",
        path: "/v1/site/login",
        needs: &[Need::Username],
        ask: |service, subject| site_login(service, subject, "123456"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "wrong password",
        method: "POST",
        path: "/v1/site/login",
        needs: &[Need::Username],
        ask: |service, subject| site_login(service, subject, "654321"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/v1/site/refresh",
        needs: &[Need::Username, Need::Group],
        ask: |service, subject| refresh(service, subject, "/v1/site/refresh"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/v2/customer/account/refresh",
        needs: &[Need::Username, Need::Group],
        ask: |service, subject| refresh(service, subject, "/v2/customer/account/refresh"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "a group's session",
        method: "POST",
        path: "/v2/customer/account/up-userinfo",
        needs: &[Need::Username, Need::Group],
        ask: |service, subject| up_userinfo(service, subject, &subject.access),
        done: Done::Rotated,
    },
    Endpoint {
        what: "a browser's session",
        method: "POST",
        path: "/v2/customer/account/up-userinfo",
        needs: &[Need::Username],
        ask: |service, subject| up_userinfo(service, subject, &subject.browser),
        done: Done::Saved,
    },
    Endpoint {
        what: "that drops retired tokens",
        method: "POST",
        path: "/v2/customer/account/refresh",
        needs: &[Need::Username, Need::BusyGroup],
        ask: |service, subject| refresh(service, subject, "/v2/customer/account/refresh"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "a group's session that drops retired tokens",
        method: "POST",
        path: "/v2/customer/account/up-userinfo",
        needs: &[Need::Username, Need::BusyGroup],
        ask: |service, subject| up_userinfo(service, subject, &subject.access),
        done: Done::Rotated,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/v2/customer/account/logout",
        needs: &[Need::Username, Need::Group],
        ask: |service, subject| {
            let path = "/v2/customer/account/logout?access-token=";
            service.post(&[path, &subject.access].concat())
        },
        done: Done::LoggedOut,
    },
    Endpoint {
        what: "",
        method: "GET",
        path: "/api/v1/account/current",
        needs: &[Need::Username],
        ask: |service, subject| {
            service
                .get("/api/v1/account/current")
                .cookie(&subject.browser)
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "first after a rotation",
        method: "GET",
        path: "/api/v1/account/current",
        needs: &[Need::Username, Need::Group, Need::Rotated],
        ask: |service, subject| {
            service
                .get("/api/v1/account/current")
                .bearer(&subject.access)
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "right password",
        method: "POST",
        path: "/api/v1/account/login",
        needs: &[Need::Username],
        ask: |service, subject| login(service, subject, &subject.name, "123456"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "right password under a weak hash",
        method: "POST",
        path: "/api/v1/account/login",
        needs: &[Need::Username, Need::Weak],
        ask: |service, subject| login(service, subject, &subject.name, "123456"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "wrong password",
        method: "POST",
        path: "/api/v1/account/login",
        needs: &[Need::Username],
        ask: |service, subject| login(service, subject, &subject.name, "654321"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "nobody's name",
        method: "POST",
        path: "/api/v1/account/login",
        needs: &[],
        ask: |service, subject| login(service, subject, &subject.name, "123456"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/api/v1/account/logout",
        needs: &[Need::Username],
        ask: |service, subject| account(service, subject, "logout").cookie(&subject.browser),
        done: Done::LoggedOut,
    },
    Endpoint {
        what: "right old one",
        method: "POST",
        path: "/api/v1/account/change_password",
        needs: &[Need::Username],
        ask: |service, subject| change(service, subject, "123456"),
        done: Done::LogsIn(By::Username, "654321"),
    },
    Endpoint {
        what: "wrong old one",
        method: "POST",
        path: "/api/v1/account/change_password",
        needs: &[Need::Username],
        ask: |service, subject| change(service, subject, "111111"),
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/api/v1/account/save",
        needs: &[Need::Username],
        ask: |service, subject| {
            let request = account(service, subject, "save").cookie(&subject.browser);
            request.form(&[("name", NICKNAME), ("sex", "male")])
        },
        done: Done::Saved,
    },
    Endpoint {
        what: "a guarded account",
        method: "POST",
        path: "/api/v1/account/login",
        needs: &[Need::Username, Need::Guarded],
        ask: |service, subject| login(service, subject, &subject.name, "123456"),
        done: Done::Nothing,
    },
];
