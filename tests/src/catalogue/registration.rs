//! Registering, codes, captchas and the reset of a password, in the Youhaosuda family.

use registration::answers::{Issued, Registered};
use shared::http::envelope::Flat;

use super::{
    Endpoint, Fixture,
    account::{NEW_PASSWORD, NEW_PASSWORD_AGAIN, PASSWORD, PASSWORD_AGAIN},
    answer::{self, Answer},
    parameter::{Parameter, Place, Rule, Value},
};

const IS_MOBILE: Rule = Rule::Pattern("1[3-9][0-9]{9}");

const MOBILE: Parameter = Parameter::required("mobile", "手机号码", IS_MOBILE, Value::Mobile)
    .saying("A mobile number of the mainland.");

const MOBILE_ACCOUNT: Parameter =
    Parameter::required("account", "手机号码", IS_MOBILE, Value::Mobile)
        .saying("A mobile number of the mainland.");

const VERIFY_CODE: Parameter = Parameter::required(
    "verify_code",
    "验证码",
    Rule::Pattern("[0-9]{6}"),
    Value::Code,
)
.saying("The code that was sent to the mobile.");

const CAPTCHA_ID: Parameter = Parameter::optional("captcha_id", "图片", Rule::Length(0, 255))
    .saying("The captcha's id, where the service asked for one.");

const CAPTCHA_VALUE: Parameter =
    Parameter::optional("captcha_value", "图片中的字符", Rule::Length(0, 255))
        .saying("What the captcha's picture shows.");

const REGISTRATION: Endpoint = Endpoint {
    function: "registration",
    ..Endpoint::POST
};

const REGISTER: Endpoint = Endpoint {
    title: "注册顾客账号",
    answer: Answer::Json(answer::of::<Flat<Registered>>),
    changes: true,
    hashes: true,
    ..REGISTRATION
};

const SEND: Endpoint = Endpoint {
    title: "获取手机验证码",
    parameters: &[MOBILE, CAPTCHA_ID, CAPTCHA_VALUE],
    codes: &[200, 201, 214, 500],
    changes: true,
    sends: true,
    ..REGISTRATION
};

const CAPTCHA: Endpoint = Endpoint {
    method: "GET",
    uses_table: false,
    ..REGISTRATION
};

/// The endpoints.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/api/v1/account/register_with_user_name",
        summary: "Registers with a user name, and logs in.",
        parameters: &[
            Parameter::required(
                "account",
                "用户名",
                Rule::Pattern(
                    "[A-Za-z\\u3400-\\u4dbf\\u4e00-\\u9fff][A-Za-z0-9_\\u3400-\\u4dbf\\u4e00-\\u9fff-]{3,15}",
                ),
                Value::Username,
            )
            .saying("4 to 16 Chinese characters, Latin letters, digits, `_` and `-`; a character or a letter first."),
            PASSWORD,
            PASSWORD_AGAIN,
        ],
        ..REGISTER
    },
    Endpoint {
        path: "/api/v1/account/register_with_email",
        summary: "Registers with a mail address, and logs in.",
        parameters: &[
            Parameter::required("account", "邮箱", Rule::Email, Value::Email)
                .saying("A mail address."),
            PASSWORD,
            PASSWORD_AGAIN,
        ],
        ..REGISTER
    },
    Endpoint {
        path: "/api/v1/account/register_with_mobile",
        summary: "Registers with a mobile and the code that was sent to it, and logs in.",
        parameters: &[MOBILE_ACCOUNT, PASSWORD, PASSWORD_AGAIN, VERIFY_CODE],
        fixtures: &[Fixture::RegistrationCode],
        ..REGISTER
    },
    Endpoint {
        path: "/api/v1/account/send_regist_validate_sms",
        summary: "Sends a code to register with. The service may ask for a captcha first.",
        ..SEND
    },
    Endpoint {
        path: "/api/v1/account/send_reset_validate_sms",
        summary: "Sends a code to reset the password with. The service may ask for a captcha first.",
        fixtures: &[Fixture::Mobile],
        ..SEND
    },
    Endpoint {
        path: "/api/v1/account/reset_password_with_mobile",
        title: "通过手机重设密码",
        summary: "Sets a new password with the code that was sent to the mobile, and ends every session of the member.",
        parameters: &[
            MOBILE_ACCOUNT,
            NEW_PASSWORD,
            NEW_PASSWORD_AGAIN,
            VERIFY_CODE,
        ],
        fixtures: &[Fixture::Mobile, Fixture::ResetCode],
        changes: true,
        hashes: true,
        ..REGISTRATION
    },
    Endpoint {
        path: "/api/v1/account/reset_password_with_email",
        title: "通过邮箱重设密码",
        summary: "Mails a link to reset the password by. The answer is the same whether the address is known or not.",
        parameters: &[Parameter::required("email", "邮箱", Rule::Email, Value::Email)
            .saying("The member's mail address.")],
        fixtures: &[Fixture::Email],
        changes: true,
        sends: true,
        ..REGISTRATION
    },
    Endpoint {
        path: "/api/v1/account/check_regist_mobile",
        title: "检测手机是否未注册",
        summary: "Tells whether a mobile is free to register with.",
        parameters: &[MOBILE],
        ..REGISTRATION
    },
    Endpoint {
        path: "/api/v1/account/check_reset_mobile",
        title: "检测手机是否已注册",
        summary: "Tells whether a mobile is a member's.",
        parameters: &[MOBILE],
        fixtures: &[Fixture::Mobile],
        ..REGISTRATION
    },
    Endpoint {
        path: "/captcha",
        title: "获取图片验证码",
        summary: "Issues a captcha. Its picture is at `/captcha` and the answer's `path`.",
        parameters: &[Parameter::optional(
            "callback",
            "callback",
            Rule::Pattern("[A-Za-z_$][A-Za-z0-9_$]*(\\.[A-Za-z_$][A-Za-z0-9_$]*)*"),
        )
        .at(Place::Query)
        .saying("The function that a script is to hand the captcha to (JSONP); at most 64 characters.")],
        answer: Answer::Script(answer::of::<Issued>),
        ..CAPTCHA
    },
    Endpoint {
        path: "/captcha/{file}",
        title: "图片验证码的图片",
        summary: "Shows a captcha's picture. Without such a captcha the status is 404.",
        parameters: &[Parameter::required(
            "file",
            "图片",
            Rule::Length(1, 255),
            Value::CaptchaFile,
        )
        .at(Place::Path)
        .saying("The captcha's id and `.png`.")],
        answer: Answer::Picture,
        codes: &[200, 500],
        fixtures: &[Fixture::Captcha],
        ..CAPTCHA
    },
];
