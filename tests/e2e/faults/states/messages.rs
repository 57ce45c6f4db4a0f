//! Messages, mails, captchas, and who is registered.

use tests::catalogue::{Fixture, parameter::Value};

use super::{Done, Need, State};
use crate::support::mobile::{REGIST_SMS, RESET_SMS};

/// Messages, mails, captchas, and who is registered.
pub const MESSAGES: &[State] = &[
    State {
        path: REGIST_SMS,
        done: Done::Sent,
        ..State::POST
    },
    State {
        path: REGIST_SMS,
        what: "with a captcha",
        needs: Some(&[Need::Has(Fixture::Captcha)]),
        values: &[
            ("captcha_id", Value::CaptchaId),
            ("captcha_value", Value::CaptchaValue),
        ],
        done: Done::Sent,
        ..State::POST
    },
    State {
        path: RESET_SMS,
        done: Done::Sent,
        ..State::POST
    },
    State {
        path: REGIST_SMS,
        what: "a registered mobile",
        needs: Some(&[Need::Has(Fixture::Mobile)]),
        ..State::POST
    },
    State {
        path: RESET_SMS,
        what: "nobody's mobile",
        needs: Some(&[]),
        ..State::POST
    },
    State {
        path: "/api/v1/account/reset_password_with_email",
        what: "a member's address",
        done: Done::Mailed,
        ..State::POST
    },
    State {
        path: "/api/v1/account/reset_password_with_email",
        what: "nobody's address",
        needs: Some(&[]),
        ..State::POST
    },
    State {
        path: "/api/v1/account/check_regist_mobile",
        ..State::POST
    },
    State {
        path: "/api/v1/account/check_reset_mobile",
        ..State::POST
    },
    State {
        path: "/captcha",
        ..State::GET
    },
    State {
        path: "/captcha/{file}",
        ..State::GET
    },
    State {
        path: REGIST_SMS,
        what: "too soon",
        needs: Some(&[Need::Has(Fixture::RegistrationCode)]),
        ..State::POST
    },
    State {
        path: REGIST_SMS,
        what: "past 80 % of the day's cap",
        needs: Some(&[Need::Cap]),
        done: Done::Sent,
        ..State::POST
    },
];
