//! A service of a test's own: its routers on a table of its own, with a clock that stands still, a
//! seeded source of randomness, and everything it sent and logged.

pub mod carrier;
mod dynamodb;
mod faulty;
pub mod gate;
pub mod inbox;
pub mod ledger;
pub mod mobile;
pub mod planted;
pub mod request;
mod table;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use axum::Router;
use registration::Registration;
use serde_json::{Value, json};
use shared::{
    app::App,
    aws,
    clock::{Clock, Time},
    config::Config,
    deadline::Deadline,
    journal::{Journal, Line},
    random::Random,
    store::{Store, meter::Usage},
};
use tests::proxy::Proxy;

pub use dynamodb::{Sent, aws};
use faulty::Way;
pub use inbox::Inbox;
pub use request::{Reply, RequestBuilder};

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

/// What codes are digested under, and captchas sealed.
const KEYS: [&str; 2] = [
    "Zml4ZWQgZm9yIGNvZGVzLCBvZiAzMiBieXRlcyEhISE=",
    "Zml4ZWQgZm9yIHRlc3RzLCBvZiAzMiBieXRlcyEhISE=",
];
/// The customer that a member registered as `name` at [`START`] is shown as.
pub fn customer(id: &Value, name: &str) -> Value {
    json!({
        "id": id,
        "social_type": false,
        "name": name,
        "metas": {},
        "notify_email": null,
        "notify_phone": null,
        "accept_marketing": false,
        "regist_at": "2030-06-15T12:00:00.000+08:00",
        "orders_count": 0,
        "total_spent": 0,
        "last_order_no": null,
        "last_order_at": null,
        "email": null,
        "mobile": null,
        "uname": name,
        "real_name": null,
        "sex": "undefined",
        "birthday": null,
        "indentity_card": null,
        "avatar_url": null,
        "point": 0,
        "last_year_point": 0,
        "total_credit": 0,
        "customer_level": null,
        "social_accounts": [],
        "social_id": null,
        "reg_type": 0,
    })
}

/// Whether the tests run on the embedded DynamoDB.
pub fn is_embedded() -> bool {
    let external = dynamodb::external();
    external.is_none_or(|external| external.endpoint(aws::Service::DynamoDb).is_none())
}

/// A running service.
pub struct Service {
    pub app: App,
    /// Each function's own router.
    pub functions: [(&'static str, Router); 4],
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
    /// Starts a service with the default settings.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts a service with settings changed by `change`.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::build(change, |_| {}, Way::Straight).await
    }

    /// Starts a service with settings of codes, messages and captchas changed by `change`.
    pub async fn sending(change: impl FnOnce(&mut registration::config::Config)) -> Self {
        Self::build(|_| {}, change, Way::Straight).await
    }

    /// The same, with another carrier of messages and mails than the inbox.
    pub async fn sending_through(
        carrier: &str,
        change: impl FnOnce(&mut registration::config::Config),
    ) -> Self {
        Self::build(|_| {}, change, Way::Carrier(carrier)).await
    }

    async fn build(
        change: impl FnOnce(&mut Config),
        change_sending: impl FnOnce(&mut registration::config::Config),
        way: Way<'_>,
    ) -> Self {
        static TABLES: AtomicU64 = AtomicU64::new(0);
        let number = TABLES.fetch_add(1, Ordering::SeqCst);
        let table = format!("huiyuan-test-{}-{number}", std::process::id());
        let clock = Clock::frozen(Time::from_seconds(START));
        let (aws, inbox) = Inbox::open(aws(), &clock).await;
        let client = Client::from_conf(aws.dynamodb().build());
        table::create(&client, &table).await;

        let sent: Arc<Mutex<Vec<Sent>>> = Arc::default();
        let lines: Arc<Mutex<Vec<Line>>> = Arc::default();
        let mut config = Config::new(&table);
        if let Way::Straight = way {
            // How fast this machine is decides nothing.
            config.deadline = Deadline::after(Duration::from_mins(1));
        }
        change(&mut config);
        let (aws, proxies) = way.to(aws.within(config.deadline)).await;
        let keys = KEYS.map(|key| key.parse().expect("a key"));
        let mut sending = registration::config::Config::new(keys, "shop@shop.example", PUBLIC_URL);
        sending.mail_patience = Duration::from_secs(1);
        change_sending(&mut sending);
        let app = App {
            store: Store::with(faulty::alone(aws.dynamodb(), &table), &table),
            config: Arc::new(config),
            aws,
            clock,
            random: Random::seeded(number),
            journal: {
                let lines = Arc::clone(&lines);
                Journal::to(move |line| {
                    planted::assert_not_in(line);
                    let mut lines = lines.lock().expect("no test panics with it");
                    lines.push(line.clone());
                })
            },
        };
        let function = |function| {
            let sent = Arc::clone(&sent);
            let recorder = dynamodb::Recorder { function, sent };
            App {
                store: Store::with(
                    faulty::alone(app.aws.dynamodb(), &table).interceptor(recorder),
                    &table,
                ),
                ..app.clone()
            }
        };
        let registration = Registration::new(function("registration"), sending.clone());
        let functions = huiyuan::service::functions(function, &registration);
        let merged = functions.clone().into_iter();
        Self {
            router: merged.fold(Router::new(), |all, (_, router)| all.merge(router)),
            functions,
            sending,
            app,
            registration,
            inbox,
            client,
            table,
            lines,
            sent,
            _proxies: proxies,
        }
    }

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

    /// Registers a member with the password `123456`, and gives their browser's token.
    pub async fn register(&self, name: &str) -> String {
        let reply = self
            .post("/api/v1/account/register_with_user_name")
            .form(&[
                ("account", name),
                ("password", "123456"),
                ("password_again", "123456"),
            ])
            .await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        reply.cookie().expect("registration hands over a session")
    }

    /// Logs a member with the password `123456` in to a group, and gives the answer's `data`.
    pub async fn login(&self, name: &str, group: &str) -> Value {
        let reply = self
            .post("/v1/site/login")
            .form(&[("username", name), ("password", "123456"), ("group", group)])
            .await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        reply.body["data"].clone()
    }

    /// Whether a token leads to a live session.
    pub async fn is_live(&self, token: &str) -> bool {
        let reply = self.get("/api/v1/account/current").bearer(token).await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        !reply.body["customer"].is_null()
    }

    /// The same service with another store.
    pub fn with_store(&self, store: Store) -> Router {
        let mut app = self.app.clone();
        app.store = store;
        let registration = Registration::new(app.clone(), self.sending.clone());
        huiyuan::service::router(&app, &registration)
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
