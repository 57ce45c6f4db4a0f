//! Every endpoint in the states that make a difference to which calls it takes.

mod messages;
mod points;
mod registration;
mod sessions;

use crate::support::{RequestBuilder, Service};

use super::{
    done::{By, Done, NICKNAME, ORDER},
    subject::{Need, Subject},
};

pub use messages::MESSAGES;
pub use points::POINTS;
pub use registration::REGISTRATION;
pub use sessions::SESSIONS;

/// An endpoint in a state.
pub struct Endpoint {
    pub what: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub needs: &'static [Need],
    pub ask: fn(&Service, &Subject) -> RequestBuilder,
    pub done: Done,
}

const ACCOUNT: &str = "/api/v1/account/";

fn account(service: &Service, subject: &Subject, name: &str) -> RequestBuilder {
    let request = service.post(&[ACCOUNT, name].concat());
    request.from(&subject.address)
}
