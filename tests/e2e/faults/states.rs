//! Every endpoint in the states that make a difference to which calls it takes.

mod messages;
mod points;
mod registration;
mod sessions;

use tests::catalogue::{self, Authentication, Endpoint, Fixture, parameter::Value};

use crate::support::{RequestBuilder, Service};

use super::{
    done::{By, Done},
    subject::{Need, Subject},
};

pub use messages::MESSAGES;
pub use points::POINTS;
pub use registration::REGISTRATION;
pub use sessions::SESSIONS;

/// An endpoint in a state.
pub struct State {
    pub method: &'static str,
    pub path: &'static str,
    /// What is other than in the catalogue.
    pub what: &'static str,
    /// What has to be there, where it is not what the catalogue says.
    needs: Option<&'static [Need]>,
    /// Other values of parameters than the catalogue's.
    values: &'static [(&'static str, Value)],
    pub done: Done,
}

impl State {
    /// A request as the catalogue has it.
    const POST: Self = Self {
        method: "POST",
        path: "",
        what: "",
        needs: None,
        values: &[],
        done: Done::Nothing,
    };

    const GET: Self = Self {
        method: "GET",
        ..Self::POST
    };

    pub fn endpoint(&self) -> &'static Endpoint {
        catalogue::find(self.method, self.path)
    }

    /// What has to be there.
    pub fn needs(&self) -> Vec<Need> {
        match self.needs {
            Some(needs) => needs.to_vec(),
            None => self
                .endpoint()
                .fixtures
                .iter()
                .map(|fixture| Need::Has(*fixture))
                .collect(),
        }
    }

    /// The request of a subject.
    pub fn request(&self, service: &Service, subject: &Subject) -> RequestBuilder {
        let endpoint = self.endpoint();
        let has_group = self
            .needs()
            .into_iter()
            .any(|need| matches!(need, Need::Has(Fixture::Group) | Need::BusyGroup));
        let token = match endpoint.authentication {
            Authentication::Session | Authentication::Optional if has_group => {
                Some(Value::AccessToken)
            }
            Authentication::Session | Authentication::Optional => Some(Value::BrowserToken),
            Authentication::None | Authentication::RefreshToken | Authentication::Operator => None,
        };
        let request = endpoint.request_with(self.values, token, |value| subject.text(value));
        service.begin(&request).from(&subject.address)
    }
}
