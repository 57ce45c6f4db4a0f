//! The pages behind the links of mails.

use super::{
    Endpoint, Family, Fixture,
    account::{NEW_PASSWORD, NEW_PASSWORD_AGAIN},
    answer::Answer,
    parameter::{Parameter, Place, Rule, Value},
};

const TOKEN: Parameter =
    Parameter::required("token", "链接", Rule::Length(1, 255), Value::LinkToken).saying(
        "The token of the link. Without a live link the page says that it no longer works.",
    );

const PAGE: Endpoint = Endpoint {
    family: Family::Page,
    function: "registration",
    path: "/reset_password",
    title: "设置新密码",
    answer: Answer::Page,
    fixtures: &[Fixture::Email, Fixture::Link],
    ..Endpoint::POST
};

/// The endpoints.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "GET",
        summary: "Shows the form for a new password, which the link of a mail leads to.",
        parameters: &[TOKEN.at(Place::Query)],
        ..PAGE
    },
    Endpoint {
        summary: "Sets the new password that the form names, and ends every session of the member.",
        parameters: &[TOKEN, NEW_PASSWORD, NEW_PASSWORD_AGAIN],
        changes: true,
        hashes: true,
        ..PAGE
    },
];
