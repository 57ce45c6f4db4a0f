//! Registering and resetting.

use tests::catalogue::{Fixture, parameter::Value};

use super::{By, Done, Need, State};

const REGISTER_MOBILE: &str = "/api/v1/account/register_with_mobile";
const RESET_MOBILE: &str = "/api/v1/account/reset_password_with_mobile";

/// Registering and resetting.
pub const REGISTRATION: &[State] = &[
    State {
        path: "/api/v1/account/register_with_user_name",
        done: Done::LogsIn(By::Username, "123456"),
        ..State::POST
    },
    State {
        path: "/api/v1/account/register_with_email",
        done: Done::LogsIn(By::Email, "123456"),
        ..State::POST
    },
    State {
        path: REGISTER_MOBILE,
        what: "right code",
        done: Done::LogsIn(By::Mobile, "123456"),
        ..State::POST
    },
    State {
        path: REGISTER_MOBILE,
        what: "wrong code",
        values: &[("verify_code", Value::Text("000000"))],
        ..State::POST
    },
    State {
        path: REGISTER_MOBILE,
        what: "a taken mobile",
        needs: Some(&[
            Need::Has(Fixture::RegistrationCode),
            Need::Has(Fixture::Mobile),
        ]),
        ..State::POST
    },
    State {
        path: RESET_MOBILE,
        what: "right code",
        done: Done::LogsIn(By::Mobile, "654321"),
        ..State::POST
    },
    State {
        path: RESET_MOBILE,
        what: "without a code",
        needs: Some(&[Need::Has(Fixture::Mobile)]),
        values: &[("verify_code", Value::Text("123456"))],
        ..State::POST
    },
    State {
        path: "/reset_password",
        ..State::GET
    },
    State {
        path: "/reset_password",
        done: Done::LogsIn(By::Email, "654321"),
        ..State::POST
    },
    State {
        path: RESET_MOBILE,
        what: "a member with more names",
        needs: Some(&[
            Need::Has(Fixture::Mobile),
            Need::MoreNames,
            Need::Has(Fixture::ResetCode),
        ]),
        done: Done::LogsIn(By::Username, "654321"),
        ..State::POST
    },
];
