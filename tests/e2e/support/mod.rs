//! A service of a test's own: its routers on a table of its own, with a clock that stands still, a
//! seeded source of randomness, and everything it sent and logged.

mod build;
pub mod carrier;
mod catalogue;
mod described;
mod dynamodb;
mod faulty;
pub mod gate;
pub mod inbox;
pub mod ledger;
mod members;
pub mod mobile;
pub mod planted;
pub mod request;
mod table;

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use axum::Router;
use registration::Registration;
use serde_json::{Value, json};
use shared::{
    app::App,
    aws,
    store::{Store, key::TableKey},
    telemetry::{line::Line, usage::Usage},
};
use tests::proxy::Proxy;

pub use dynamodb::{Sent, aws};
pub use inbox::Inbox;
pub use members::{customer, with_password};
pub use request::{OPERATOR, Reply, RequestBuilder};

/// When every test begins, in Unix seconds: 2030-06-15 12:00:00 at `+08:00`. Later than today, so
/// that no table deletes by time to live what a test still needs.
pub const START: i64 = 1_907_726_400;

/// The address that requests come from unless they say another.
pub const ADDRESS: &str = "192.0.2.1";

/// A refusal of the RageFrame family.
pub fn rageframe_refusal(code: u16, message: &str, timestamp: i64) -> Value {
    json!({"code": code, "message": message, "data": [], "timestamp": timestamp})
}

/// Where the service is reached, as its mails say.
pub const PUBLIC_URL: &str = "https://members.shop.example";

/// Whether the tests run on the embedded DynamoDB.
pub fn is_embedded() -> bool {
    let external = dynamodb::external();
    external.is_none_or(|external| external.endpoint(aws::Service::DynamoDb).is_none())
}

/// A running service.
pub struct Service {
    pub app: App,
    pub registration: Registration,
    sending: registration::config::Config,
    /// What it sent to members.
    pub inbox: Inbox,
    router: Router,
    client: Client,
    table: String,
    lines: Arc<Mutex<Vec<Line>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
    /// What stands between it and AWS.
    _proxies: Vec<Proxy>,
}

impl Service {
    /// Begins a `POST`.
    pub fn post(&self, path: &str) -> RequestBuilder {
        RequestBuilder::new(self.router.clone(), "POST", path)
    }

    /// Begins a `GET`.
    pub fn get(&self, path: &str) -> RequestBuilder {
        RequestBuilder::new(self.router.clone(), "GET", path)
    }

    /// Begins a request of another method.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        RequestBuilder::new(self.router.clone(), method, path)
    }

    /// Moves the clock.
    pub fn advance(&self, seconds: i64) {
        self.app.clock.advance(seconds);
    }

    /// The second that it is.
    pub fn now(&self) -> i64 {
        self.app.clock.now().seconds()
    }

    /// The same service with another store.
    pub fn with_store(&self, store: Store) -> Router {
        let app = self.app.clone();
        self.served_by(&App { store, ..app })
    }

    /// The same service from another application.
    pub fn served_by(&self, app: &App) -> Router {
        let registration = Registration::new(app.clone(), self.sending.clone());
        huiyuan::service::router(app, &registration)
    }

    /// What the last request spent.
    pub fn spent(&self) -> Usage {
        self.last_line().usage
    }

    /// The last request's line in the log.
    pub fn last_line(&self) -> Line {
        self.lines().pop().expect("a request was logged")
    }

    /// Every line logged so far.
    pub fn lines(&self) -> Vec<Line> {
        self.lines.lock().expect("no test panics with it").clone()
    }

    /// What the service has sent to DynamoDB since this was last asked.
    pub fn take_sent(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent.lock().expect("no test panics with it"))
    }

    /// Makes the keys of identifiers and addresses.
    pub fn key(&self) -> TableKey {
        TableKey::new(&self.app.config)
    }

    /// What is counted of an address under the sort keys that begin with `sk`.
    pub async fn of_address(&self, address: &str, sk: &str) -> Vec<Value> {
        let key = self.key().address(address, sk);
        self.items(key.partition(), sk).await
    }

    /// A client of the test's own.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Every item of the table as JSON, in the order of its keys.
    pub async fn dump(&self) -> Vec<Value> {
        tests::table::dump(&self.client, &self.table).await
    }

    /// The items whose partition key begins with `pk` and sort key with `sk`.
    pub async fn items(&self, pk: &str, sk: &str) -> Vec<Value> {
        let begins = |item: &Value, key: &str, with: &str| {
            item[key]
                .as_str()
                .is_some_and(|text| text.starts_with(with))
        };
        let items = self.dump().await.into_iter();
        items
            .filter(|item| begins(item, "pk", pk) && begins(item, "sk", sk))
            .collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        table::delete(&self.table);
    }
}
