//! The ledger of points: the member's side and the operator's.

use points::answers::{Details, Posted};
use shared::http::envelope::Flat;

use super::{
    Authentication, Endpoint, Family, Fixture,
    answer::{self, Answer},
    parameter::{Parameter, Place, Rule, Value},
};

const FLAG: Rule = Rule::OneOf(&["true", "1", "false", "0", ""]);

const THREE_MONTH_AGO: Parameter = Parameter::optional("three_month_ago", "三个月前", FLAG)
    .saying("Whether only entries older than three months are shown.");
const LAST_THREE_MONTH: Parameter = Parameter::optional("last_three_month", "三个月内", FLAG)
    .saying("Whether only entries of the last three months are shown.");
const SIZE: Parameter = Parameter::optional("size", "每页数目", Rule::Integer(1, 100))
    .saying("How many entries a page has; 10 where it is not sent.");
const PAGE: Parameter = Parameter::optional("page", "页码", Rule::Integer(1, i64::MAX))
    .saying("Which page, the newest being 1.");
const NOPAGE: Parameter =
    Parameter::optional("nopage", "是否分页", Rule::OneOf(&["Y", "y", "N", "n", ""]))
        .saying("`Y` asks for all entries at once, the newest 4000 at most.");

const IN_BODY: &[Parameter] = &[THREE_MONTH_AGO, LAST_THREE_MONTH, SIZE, PAGE, NOPAGE];
const IN_QUERY: &[Parameter] = &[
    THREE_MONTH_AGO.at(Place::Query),
    LAST_THREE_MONTH.at(Place::Query),
    SIZE.at(Place::Query),
    PAGE.at(Place::Query),
    NOPAGE.at(Place::Query),
];

const ID: Parameter = Parameter::required(
    "id",
    "会员",
    Rule::Pattern("[1-9][0-9]{0,15}"),
    Value::MemberId,
)
.at(Place::Path)
.saying("The member's number.");

const POINTS: Endpoint = Endpoint {
    function: "points",
    fixtures: &[Fixture::Username, Fixture::Points],
    ..Endpoint::POST
};

const DETAILS: Endpoint = Endpoint {
    path: "/api/v1/account/reward_point_details",
    title: "获取当前账户积分详细信息",
    summary: "Shows a page of the member's points, newest first.",
    authentication: Authentication::Session,
    answer: Answer::Json(answer::of::<Flat<Details>>),
    codes: &[200, 201, 212, 500],
    ..POINTS
};

const LEDGER: Endpoint = Endpoint {
    family: Family::Operator,
    path: "/admin/members/{id}/points",
    authentication: Authentication::Operator,
    answer: Answer::Json(answer::of::<Flat<Details>>),
    ..POINTS
};

/// The endpoints.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "GET",
        parameters: IN_QUERY,
        ..DETAILS
    },
    Endpoint {
        parameters: IN_BODY,
        ..DETAILS
    },
    Endpoint {
        method: "GET",
        title: "查看会员积分",
        summary: "Shows a page of a member's points, newest first.",
        parameters: &[
            ID,
            IN_QUERY[0],
            IN_QUERY[1],
            IN_QUERY[2],
            IN_QUERY[3],
            IN_QUERY[4],
        ],
        ..LEDGER
    },
    Endpoint {
        title: "增加或扣除会员积分",
        summary: "Credits points to a member, or spends them. The same key said again is answered with the entry \
                  that it made.",
        parameters: &[
            ID,
            Parameter::required(
                "key",
                "幂等键",
                Rule::Pattern("[!-~]{1,64}"),
                Value::Text("order-1"),
            )
            .saying("The caller's idempotency key."),
            Parameter::required(
                "point",
                "积分",
                Rule::Integer(-1_000_000_000, 1_000_000_000),
                Value::Text("7"),
            )
            .saying("How many points: positive to credit, negative to spend, not 0."),
            Parameter::required("desc", "说明", Rule::Length(1, 200), Value::Text("订单"))
                .saying("What the entry is for, as the member reads it."),
        ],
        answer: Answer::Json(answer::of::<Flat<Posted>>),
        changes: true,
        ..LEDGER
    },
];
