//! The catalogue of endpoints is what the functions serve.

use std::collections::BTreeSet;

use shared::http::{envelope, routes::Route};
use tests::catalogue::{self, Endpoint, Family};

type Served = BTreeSet<(&'static str, Option<Family>, Route)>;

/// The family whose envelope is around an endpoint's answers.
fn envelope_of(endpoint: &Endpoint) -> Option<Family> {
    match endpoint.family {
        Family::Page => None,
        Family::Operator => Some(Family::Youhaosuda),
        family @ (Family::RageFrame | Family::Youhaosuda) => Some(family),
    }
}

#[test]
fn every_route_of_a_function_is_in_the_catalogue_and_every_entry_is_served() {
    let functions = [
        ("site-auth", site_auth::routes().listed()),
        ("customer-account", customer_account::routes().listed()),
        ("registration", registration::routes().listed()),
        ("points", points::routes().listed()),
    ];
    let served: Served = (functions.into_iter())
        .flat_map(|(function, routes)| {
            routes.into_iter().map(move |(family, route)| {
                let family = family.map(|family| match family {
                    envelope::Family::RageFrame => Family::RageFrame,
                    envelope::Family::Youhaosuda => Family::Youhaosuda,
                });
                (function, family, route)
            })
        })
        .collect();
    let known: Served = catalogue::all()
        .map(|endpoint| {
            let route = (endpoint.method, endpoint.path);
            (endpoint.function, envelope_of(endpoint), route)
        })
        .collect();
    assert_eq!(known, served);
    assert_eq!(
        known.len(),
        catalogue::all().count(),
        "no entry is there twice"
    );
}

#[test]
fn an_entry_says_what_an_endpoint_is() {
    for endpoint in catalogue::all() {
        let key = endpoint.key();
        assert!(!endpoint.title.is_empty(), "{key}");
        assert!(endpoint.summary.ends_with('.'), "{key}");
        assert!(
            endpoint.codes.contains(&200) && endpoint.codes.contains(&500),
            "{key}"
        );
        for parameter in endpoint.parameters {
            assert!(
                parameter.description.ends_with('.'),
                "{key} {}",
                parameter.name
            );
            assert!(
                !parameter.required || parameter.value.is_some(),
                "{key} {}",
                parameter.name
            );
        }
    }
}
