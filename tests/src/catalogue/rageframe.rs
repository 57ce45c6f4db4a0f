//! The `RageFrame` family.

use shared::{
    http::envelope::Ok200,
    wire::rageframe::{MemberV1, MemberV2, Session},
};

use super::{
    Authentication, Endpoint, Family, Fixture,
    answer::{self, Answer},
    parameter::{Parameter, Rule, Value},
};

/// The groups that a service has unless its settings name others.
const GROUPS: &[&str] = &["app", "wechat", "miniProgram"];

const GROUP: Parameter =
    Parameter::required("group", "组别", Rule::OneOf(GROUPS), Value::Text("app"))
        .saying("The kind of client. A member has one session in each group.");

const REFRESH: Endpoint = Endpoint {
    title: "重置令牌",
    summary: "Exchanges a refresh token for a new pair of tokens. The same token sent again gets the same pair, \
              until the new pair is used and for 60 seconds in any case.",
    authentication: Authentication::RefreshToken,
    parameters: &[
        Parameter::required(
            "refresh_token",
            "重置令牌",
            Rule::Length(1, 255),
            Value::RefreshToken,
        )
        .saying("The refresh token of the newest pair."),
        GROUP,
    ],
    fixtures: &[Fixture::Username, Fixture::Group],
    answer: Answer::Json(answer::of::<Ok200<Session<MemberV1>>>),
    changes: true,
    ..RAGEFRAME
};

const RAGEFRAME: Endpoint = Endpoint {
    family: Family::RageFrame,
    codes: &[200, 401, 422, 500],
    ..Endpoint::POST
};

/// The endpoints.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        function: "site-auth",
        path: "/v1/site/login",
        title: "登录",
        summary: "Logs in to a group, and ends the member's earlier session of that group.",
        parameters: &[
            Parameter::required(
                "username",
                "登录帐号",
                Rule::Length(1, 255),
                Value::Username,
            )
            .saying("A user name, a mail address or a mobile number."),
            Parameter::required(
                "password",
                "登录密码",
                Rule::Length(1, 255),
                Value::Password,
            )
            .saying("The password."),
            GROUP,
        ],
        fixtures: &[Fixture::Username],
        answer: Answer::Json(answer::of::<Ok200<Session<MemberV1>>>),
        codes: &[200, 422, 429, 500],
        changes: true,
        hashes: true,
        ..RAGEFRAME
    },
    Endpoint {
        function: "site-auth",
        path: "/v1/site/refresh",
        ..REFRESH
    },
    Endpoint {
        function: "customer-account",
        path: "/v2/customer/account/refresh",
        ..REFRESH
    },
    Endpoint {
        function: "customer-account",
        path: "/v2/customer/account/up-userinfo",
        title: "修改个人资料",
        summary: "Changes the member's profile, and exchanges the tokens as a refresh does. A parameter that is \
                  not sent changes nothing. A browser's session has no refresh token: it is empty then.",
        authentication: Authentication::Session,
        parameters: &[
            Parameter::required("nickname", "昵称", Rule::Length(1, 50), Value::Text("老王"))
                .saying("The name that is shown."),
            Parameter::optional("head_portrait", "头像", Rule::Length(0, 500))
                .saying("The picture: an http or https URL. An empty text removes it."),
            Parameter::optional("realname", "真实姓名", Rule::Length(0, 50))
                .saying("The real name. An empty text removes it."),
        ],
        fixtures: &[Fixture::Username, Fixture::Group],
        answer: Answer::Json(answer::of::<Ok200<Session<MemberV2>>>),
        changes: true,
        ..RAGEFRAME
    },
    Endpoint {
        function: "customer-account",
        path: "/v2/customer/account/logout",
        title: "退出登录",
        summary: "Ends the session.",
        authentication: Authentication::Session,
        fixtures: &[Fixture::Username, Fixture::Group],
        answer: Answer::Json(answer::of::<Ok200<[(); 0]>>),
        changes: true,
        ..RAGEFRAME
    },
];
