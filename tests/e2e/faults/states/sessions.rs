//! The RageFrame family, and what a browser does with its session.

use tests::catalogue::{
    Fixture::{Group, Username},
    parameter::Value,
};

use super::{
    By, Done,
    Need::{self, Has},
    State,
};

const SITE_LOGIN: &str = "/v1/site/login";
const REFRESH: &str = "/v2/customer/account/refresh";
const UP_USERINFO: &str = "/v2/customer/account/up-userinfo";
const CURRENT: &str = "/api/v1/account/current";
const LOGIN: &str = "/api/v1/account/login";
const CHANGE_PASSWORD: &str = "/api/v1/account/change_password";

/// The RageFrame family, and what a browser does with its session.
pub const SESSIONS: &[State] = &[
    State {
        path: SITE_LOGIN,
        what: "right password",
        ..State::POST
    },
    State {
        path: SITE_LOGIN,
        what: "wrong password",
        values: &[("password", Value::NewPassword)],
        ..State::POST
    },
    State {
        path: "/v1/site/refresh",
        ..State::POST
    },
    State {
        path: REFRESH,
        ..State::POST
    },
    State {
        path: UP_USERINFO,
        what: "a group's session",
        done: Done::Rotated,
        ..State::POST
    },
    State {
        path: UP_USERINFO,
        what: "a browser's session",
        needs: Some(&[Has(Username)]),
        done: Done::Saved,
        ..State::POST
    },
    State {
        path: REFRESH,
        what: "that drops retired tokens",
        needs: Some(&[Has(Username), Need::BusyGroup]),
        ..State::POST
    },
    State {
        path: UP_USERINFO,
        what: "a group's session that drops retired tokens",
        needs: Some(&[Has(Username), Need::BusyGroup]),
        done: Done::Rotated,
        ..State::POST
    },
    State {
        path: "/v2/customer/account/logout",
        done: Done::LoggedOut,
        ..State::POST
    },
    State {
        path: CURRENT,
        ..State::GET
    },
    State {
        path: CURRENT,
        what: "first after a rotation",
        needs: Some(&[Has(Username), Has(Group), Need::Rotated]),
        ..State::GET
    },
    State {
        path: LOGIN,
        what: "right password",
        ..State::POST
    },
    State {
        path: LOGIN,
        what: "right password under a weak hash",
        needs: Some(&[Has(Username), Need::Weak]),
        ..State::POST
    },
    State {
        path: LOGIN,
        what: "wrong password",
        values: &[("password", Value::NewPassword)],
        ..State::POST
    },
    State {
        path: LOGIN,
        what: "nobody's name",
        needs: Some(&[]),
        ..State::POST
    },
    State {
        path: "/api/v1/account/logout",
        done: Done::LoggedOut,
        ..State::POST
    },
    State {
        path: CHANGE_PASSWORD,
        what: "right old one",
        done: Done::LogsIn(By::Username, "654321"),
        ..State::POST
    },
    State {
        path: CHANGE_PASSWORD,
        what: "wrong old one",
        values: &[("password_old", Value::Text("111111"))],
        ..State::POST
    },
    State {
        path: "/api/v1/account/save",
        done: Done::Saved,
        ..State::POST
    },
    State {
        path: LOGIN,
        what: "an account that is locked out",
        needs: Some(&[Has(Username), Need::LockedOut]),
        ..State::POST
    },
    State {
        path: LOGIN,
        what: "an account that only known networks may try",
        needs: Some(&[Has(Username), Need::NetworksOnly]),
        ..State::POST
    },
];
