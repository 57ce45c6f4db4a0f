//! How a token is carried, and which of several counts.

use tests::catalogue::{Endpoint, parameter::Value};

use super::{CURRENT, authenticated, request};
use crate::support::{Reply, RequestBuilder, Service};

#[tokio::test]
async fn every_carrier_of_a_token_works_on_every_route() {
    type Carry = fn(&Service, &Endpoint, &str) -> RequestBuilder;
    let carriers: [Carry; 4] = [
        |service, endpoint, token| request(service, endpoint).bearer(token),
        |service, endpoint, token| request(service, endpoint).header("x-api-key", token),
        |service, endpoint, token| request(service, endpoint).cookie(token),
        |service, endpoint, token| {
            let text = |value: Value| value.example().to_owned();
            let mut request = endpoint.request_with(&[], None, text);
            request.target = format!("{}?access-token={token}", request.target);
            service.begin(&request)
        },
    ];
    for carry in carriers {
        for endpoint in authenticated() {
            let service = Service::start().await;
            let token = service.register("yhsduser").await;
            let reply = carry(&service, endpoint, &token).await;
            assert_eq!(reply.body["code"], 200, "{}: {}", endpoint.path, reply.body);
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
