//! How a token is carried, and which of several counts.

use super::{AUTHENTICATED, CURRENT, Taking, request};
use crate::support::{Reply, RequestBuilder, Service};

#[tokio::test]
async fn every_carrier_of_a_token_works_on_every_route() {
    type Carry = fn(&Service, Taking, &str) -> RequestBuilder;
    let carriers: [Carry; 4] = [
        |service, route, token| request(service, route).bearer(token),
        |service, route, token| request(service, route).header("x-api-key", token),
        |service, route, token| request(service, route).cookie(token),
        |service, (method, path, body), token| {
            let path = format!("{path}?access-token={token}");
            let request = service.request(method, &path);
            request.body("application/x-www-form-urlencoded", body)
        },
    ];
    for carry in carriers {
        for route in AUTHENTICATED {
            let service = Service::start().await;
            let token = service.register("yhsduser").await;
            let reply = carry(&service, route, &token).await;
            assert_eq!(reply.body["code"], 200, "{route:?}: {}", reply.body);
        }
    }
}

#[tokio::test]
async fn carriers_are_taken_in_the_documented_order() {
    let service = Service::start().await;
    let good = service.register("yhsduser").await;
    let other = service.register("another").await;
    let path = format!("{CURRENT}?access-token={other}");
    let name = |reply: Reply| reply.body["customer"]["uname"].clone();
    assert_eq!(name(service.get(&path).await), "another");
    assert_eq!(name(service.get(&path).cookie(&good).await), "yhsduser");
    let reply = service
        .get(&path)
        .cookie(&other)
        .header("x-api-key", &good)
        .await;
    assert_eq!(name(reply), "yhsduser");
    let reply = service
        .get(&path)
        .cookie(&other)
        .header("x-api-key", &other)
        .bearer(&good)
        .await;
    assert_eq!(name(reply), "yhsduser");
    let reply = service
        .get(&path)
        .header("authorization", "Basic dTpw")
        .await;
    assert_eq!(name(reply), "another", "what holds no token is passed over");
}
