//! Requests of the catalogue, sent to a test's service.

use tests::catalogue::request::Request;

use super::{RequestBuilder, Service};

impl Service {
    /// Begins a request of the catalogue.
    pub fn begin(&self, request: &Request) -> RequestBuilder {
        let mut builder = self.request(request.method, &request.target);
        if let Some(token) = &request.token {
            builder = builder.bearer(token);
        }
        if request.by_operator {
            builder = builder.operator();
        }
        if request.method == "GET" {
            return builder;
        }
        builder.body("application/x-www-form-urlencoded", request.form())
    }
}
