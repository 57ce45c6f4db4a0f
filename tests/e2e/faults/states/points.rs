//! The ledger, from both sides.

use tests::catalogue::{Fixture, parameter::Value};

use super::{Done, Need, State};

const DETAILS: &str = "/api/v1/account/reward_point_details";
const LEDGER: &str = "/admin/members/{id}/points";

/// The ledger, from both sides.
pub const POINTS: &[State] = &[
    State {
        path: DETAILS,
        what: "the first of two pages",
        values: &[("size", Value::Text("2"))],
        ..State::GET
    },
    State {
        path: DETAILS,
        what: "older than three months",
        values: &[("three_month_ago", Value::Text("true"))],
        ..State::POST
    },
    State {
        path: LEDGER,
        ..State::GET
    },
    State {
        path: LEDGER,
        what: "a credit",
        needs: Some(&[Need::Has(Fixture::Username)]),
        done: Done::Entry(7),
        ..State::POST
    },
    State {
        path: LEDGER,
        what: "spending",
        values: &[("point", Value::Text("-7"))],
        done: Done::Entry(-7),
        ..State::POST
    },
    State {
        path: LEDGER,
        what: "spending too much",
        values: &[("point", Value::Text("-70"))],
        ..State::POST
    },
];
