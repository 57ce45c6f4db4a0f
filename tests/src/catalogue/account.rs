//! The account itself, in the Youhaosuda family.

use customer_account::answers::{Current, LoggedIn, Saved};
use shared::http::envelope::Flat;

use super::{
    Authentication, Endpoint, Fixture,
    answer::{self, Answer},
    parameter::{Parameter, Rule, Value},
};

/// A password, as it has to be where it is set.
pub(super) const PASSWORD: Parameter =
    Parameter::required("password", "密码", Rule::Length(6, 255), Value::Password)
        .saying("The password that is set.");

/// The same, once more.
pub(super) const PASSWORD_AGAIN: Parameter = Parameter::required(
    "password_again",
    "密码",
    Rule::Length(6, 255),
    Value::Password,
)
.saying("The same password, once more.");

/// The same two where the member has another password before.
pub(super) const NEW_PASSWORD: Parameter = PASSWORD.sent(Value::NewPassword);
pub(super) const NEW_PASSWORD_AGAIN: Parameter = PASSWORD_AGAIN.sent(Value::NewPassword);

const ACCOUNT: Endpoint = Endpoint {
    function: "customer-account",
    authentication: Authentication::Session,
    fixtures: &[Fixture::Username],
    codes: &[200, 201, 212, 500],
    ..Endpoint::POST
};

/// The endpoints.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "GET",
        path: "/api/v1/account/current",
        title: "获取当前顾客信息",
        summary: "Shows the member of the session; nobody where there is no live session.",
        authentication: Authentication::Optional,
        answer: Answer::Json(answer::of::<Flat<Current>>),
        codes: &[200, 500],
        ..ACCOUNT
    },
    Endpoint {
        path: "/api/v1/account/login",
        title: "顾客登录",
        summary: "Logs in, and sets the session's cookie.",
        authentication: Authentication::None,
        parameters: &[
            Parameter::required("account", "用户名", Rule::Length(1, 255), Value::Username)
                .saying("A user name, a mail address or a mobile number."),
            Parameter::required("password", "密码", Rule::Length(1, 255), Value::Password)
                .saying("The password."),
        ],
        answer: Answer::Json(answer::of::<Flat<LoggedIn>>),
        codes: &[200, 201, 500],
        changes: true,
        hashes: true,
        ..ACCOUNT
    },
    Endpoint {
        path: "/api/v1/account/logout",
        title: "顾客登出",
        summary: "Ends the session, and takes its cookie back.",
        changes: true,
        ..ACCOUNT
    },
    Endpoint {
        path: "/api/v1/account/change_password",
        title: "顾客修改密码",
        summary: "Sets a new password, and ends every session of the member.",
        parameters: &[
            Parameter::required(
                "password_old",
                "当前密码",
                Rule::Length(1, 255),
                Value::Password,
            )
            .saying("The password until now."),
            NEW_PASSWORD,
            NEW_PASSWORD_AGAIN,
        ],
        changes: true,
        hashes: true,
        ..ACCOUNT
    },
    Endpoint {
        path: "/api/v1/account/save",
        title: "更新顾客信息",
        summary: "Changes the member's profile. A parameter that is not sent changes nothing, an empty one \
                  removes what there was.",
        parameters: &[
            Parameter::optional("notify_email", "邮箱", Rule::Email)
                .saying("The address for notices."),
            Parameter::optional("notify_phone", "手机号码", Rule::Pattern("1[3-9][0-9]{9}"))
                .saying("The mobile for notices."),
            Parameter::optional("real_name", "真实姓名", Rule::Length(0, 50))
                .saying("The real name."),
            Parameter::optional(
                "sex",
                "性别",
                Rule::OneOf(&["male", "female", "undefined", ""]),
            )
            .sent(Value::Text("male"))
            .saying("The sex."),
            Parameter::optional("birthday", "生日", Rule::Date).saying("The date of birth."),
            Parameter::optional(
                "indentity_card",
                "身份证号码",
                Rule::Pattern("[0-9]{15}|[0-9]{17}[0-9Xx]"),
            )
            .saying("The number of the identity card. The documents spell it like that."),
            Parameter::optional("name", "昵称", Rule::Length(0, 50))
                .sent(Value::Text("老王"))
                .saying("The name that is shown."),
            Parameter::optional("meta_fields", "附加信息", Rule::Length(0, 65_536))
                .saying("A JSON text `{name, description, fields}`."),
        ],
        answer: Answer::Json(answer::of::<Flat<Saved>>),
        changes: true,
        ..ACCOUNT
    },
];
