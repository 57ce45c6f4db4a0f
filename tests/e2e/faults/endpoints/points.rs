//! The ledger, from both sides.

use serde_json::json;

use crate::support::{RequestBuilder, Service};

use super::{Done, Endpoint, ORDER, account};
use crate::faults::subject::{Need, Subject};

fn give(service: &Service, subject: &Subject, point: i64) -> RequestBuilder {
    let path = format!("/admin/members/{}/points", subject.id);
    let body = json!({"key": ORDER, "point": point, "desc": "订单"});
    service.post(&path).operator().json(body)
}

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
        what: "a credit",
        method: "POST",
        path: "/admin/members/{id}/points",
        needs: &[Need::Username],
        ask: |service, subject| give(service, subject, 7),
        done: Done::Entry(7),
    },
    Endpoint {
        what: "spending",
        method: "POST",
        path: "/admin/members/{id}/points",
        needs: &[Need::Username, Need::Points],
        ask: |service, subject| give(service, subject, -7),
        done: Done::Entry(-7),
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
