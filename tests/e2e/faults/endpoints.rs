//! Every endpoint in the states that make a difference to which calls it takes.

use serde_json::json;

use crate::support::{
    RequestBuilder, Service,
    mobile::{REGIST_SMS, RESET_SMS},
};

use super::subject::{Need, Subject};

/// How it is seen that a request has been done, where its repetition does not say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// There is nothing to see: the same is answered, or a counter says one less.
    Nothing,
    /// The member logs in with this password, by this name.
    LogsIn(By, &'static str),
    /// The session has ended.
    LoggedOut,
    /// The refresh token of before leads to a live pair, and the nickname is saved.
    Rotated,
    /// The mobile has the message.
    Sent,
    /// The address has the mail.
    Mailed,
}

/// A name to log in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Username,
    Email,
    Mobile,
}

/// An endpoint in a state.
pub struct Endpoint {
    pub what: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub needs: &'static [Need],
    pub ask: fn(&Service, &Subject) -> RequestBuilder,
    pub done: Done,
}

const ACCOUNT: &str = "/api/v1/account/";

fn account(service: &Service, subject: &Subject, name: &str) -> RequestBuilder {
    let request = service.post(&[ACCOUNT, name].concat());
    request.from(&subject.address)
}

fn password<'a>(account: &'a str) -> [(&'static str, &'a str); 3] {
    [
        ("account", account),
        ("password", "123456"),
        ("password_again", "123456"),
    ]
}

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

fn change(service: &Service, subject: &Subject, old: &str) -> RequestBuilder {
    let fields = [
        ("password_old", old),
        ("password", "654321"),
        ("password_again", "654321"),
    ];
    let request = account(service, subject, "change_password").form(&fields);
    request.bearer(&subject.browser)
}

fn with_code(service: &Service, subject: &Subject, name: &str, code: &str) -> RequestBuilder {
    let password = if name.starts_with("reset") {
        "654321"
    } else {
        "123456"
    };
    let fields = [
        ("account", &*subject.mobile),
        ("password", password),
        ("password_again", password),
        ("verify_code", code),
    ];
    account(service, subject, name).form(&fields)
}

fn with_captcha(service: &Service, subject: &Subject, path: &str) -> RequestBuilder {
    let [id, value] = &subject.captcha;
    let fields = [
        ("mobile", &*subject.mobile),
        ("captcha_id", id),
        ("captcha_value", value),
    ];
    service.post(path).from(&subject.address).form(&fields)
}

fn give(service: &Service, subject: &Subject, point: i64) -> RequestBuilder {
    let path = format!("/admin/members/{}/points", subject.id);
    let body = json!({"key": "order-1", "point": point, "desc": "订单"});
    service.post(&path).operator().json(body)
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
        ask: |service, subject| {
            let request = service.post("/v2/customer/account/up-userinfo");
            let request = request.from(&subject.address).bearer(&subject.access);
            request.form(&[("nickname", "老王")])
        },
        done: Done::Rotated,
    },
    Endpoint {
        what: "a browser's session",
        method: "POST",
        path: "/v2/customer/account/up-userinfo",
        needs: &[Need::Username],
        ask: |service, subject| {
            let request = service.post("/v2/customer/account/up-userinfo");
            let request = request.from(&subject.address).bearer(&subject.browser);
            request.form(&[("nickname", "老王")])
        },
        done: Done::Nothing,
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
        ask: |service, subject| {
            let request = service.post("/v2/customer/account/up-userinfo");
            let request = request.from(&subject.address).bearer(&subject.access);
            request.form(&[("nickname", "老王")])
        },
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
            request.form(&[("name", "老王"), ("sex", "male")])
        },
        done: Done::Nothing,
    },
];

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
        ask: |service, subject| with_code(service, subject, "register_with_mobile", &subject.code),
        done: Done::LogsIn(By::Mobile, "123456"),
    },
    Endpoint {
        what: "wrong code",
        method: "POST",
        path: "/api/v1/account/register_with_mobile",
        needs: &[Need::RegistrationCode],
        ask: |service, subject| {
            let wrong = crate::support::mobile::wrong(&subject.code);
            with_code(service, subject, "register_with_mobile", &wrong)
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "a taken mobile",
        method: "POST",
        path: "/api/v1/account/register_with_mobile",
        needs: &[Need::Mobile, Need::RegistrationCode],
        ask: |service, subject| with_code(service, subject, "register_with_mobile", &subject.code),
        done: Done::Nothing,
    },
    Endpoint {
        what: "right code",
        method: "POST",
        path: "/api/v1/account/reset_password_with_mobile",
        needs: &[Need::Mobile, Need::ResetCode],
        ask: |service, subject| {
            with_code(
                service,
                subject,
                "reset_password_with_mobile",
                &subject.code,
            )
        },
        done: Done::LogsIn(By::Mobile, "654321"),
    },
    Endpoint {
        what: "nobody's mobile",
        method: "POST",
        path: "/api/v1/account/reset_password_with_mobile",
        needs: &[Need::ResetCode],
        ask: |service, subject| {
            with_code(
                service,
                subject,
                "reset_password_with_mobile",
                &subject.code,
            )
        },
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
];

/// Messages, mails, captchas, and who is registered.
pub const MESSAGES: &[Endpoint] = &[
    Endpoint {
        what: "",
        method: "POST",
        path: REGIST_SMS,
        needs: &[],
        ask: |service, subject| {
            service
                .ask(REGIST_SMS, &subject.mobile)
                .from(&subject.address)
        },
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
        ask: |service, subject| {
            service
                .ask(RESET_SMS, &subject.mobile)
                .from(&subject.address)
        },
        done: Done::Sent,
    },
    Endpoint {
        what: "a member's address",
        method: "POST",
        path: "/api/v1/account/reset_password_with_email",
        needs: &[Need::Email],
        ask: |service, subject| {
            let request = account(service, subject, "reset_password_with_email");
            request.form(&[("email", &*subject.email)])
        },
        done: Done::Mailed,
    },
    Endpoint {
        what: "nobody's address",
        method: "POST",
        path: "/api/v1/account/reset_password_with_email",
        needs: &[],
        ask: |service, subject| {
            let request = account(service, subject, "reset_password_with_email");
            request.form(&[("email", &*subject.email)])
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/api/v1/account/check_regist_mobile",
        needs: &[],
        ask: |service, subject| {
            let request = account(service, subject, "check_regist_mobile");
            request.form(&[("mobile", &*subject.mobile)])
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "POST",
        path: "/api/v1/account/check_reset_mobile",
        needs: &[Need::Mobile],
        ask: |service, subject| {
            let request = account(service, subject, "check_reset_mobile");
            request.form(&[("mobile", &*subject.mobile)])
        },
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
];

/// The ledger, from both sides.
pub const POINTS: &[Endpoint] = &[
    Endpoint {
        what: "the first of two pages",
        method: "GET",
        path: "/api/v1/account/reward_point_details",
        needs: &[Need::Username, Need::Points],
        ask: |service, subject| {
            let path = "/api/v1/account/reward_point_details?size=2";
            service.get(path).bearer(&subject.browser)
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "older than three months",
        method: "POST",
        path: "/api/v1/account/reward_point_details",
        needs: &[Need::Username, Need::Points],
        ask: |service, subject| {
            let request = account(service, subject, "reward_point_details");
            let request = request.bearer(&subject.browser);
            request.form(&[("three_month_ago", "true")])
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "",
        method: "GET",
        path: "/admin/members/{id}/points",
        needs: &[Need::Username, Need::Points],
        ask: |service, subject| {
            let path = format!("/admin/members/{}/points", subject.id);
            service.get(&path).operator()
        },
        done: Done::Nothing,
    },
    Endpoint {
        what: "a credit to a ledger that was not met",
        method: "POST",
        path: "/admin/members/{id}/points",
        needs: &[Need::Username],
        ask: |service, subject| give(service, subject, 7),
        done: Done::Nothing,
    },
    Endpoint {
        what: "spending",
        method: "POST",
        path: "/admin/members/{id}/points",
        needs: &[Need::Username, Need::Points],
        ask: |service, subject| give(service, subject, -7),
        done: Done::Nothing,
    },
    Endpoint {
        what: "spending too much",
        method: "POST",
        path: "/admin/members/{id}/points",
        needs: &[Need::Username, Need::Points],
        ask: |service, subject| give(service, subject, -70),
        done: Done::Nothing,
    },
];
