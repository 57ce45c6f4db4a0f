//! The whole service in this process, on ports of loopback, with a faulty way to its AWS.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use aws_sdk_dynamodb::Client;
use huiyuan::{
    aws::{EmbeddedAws, listen},
    guard::Guard,
    inspect, service, table,
};
use registration::Registration;
use shared::{
    app::App,
    base::{clock::Clock, random::Random, secret_key::SecretKey},
    config::Config,
    store::{Store, key::TableKey},
    telemetry::request_log::RequestLog,
};

use crate::proxy::{Proxy, Script};

/// The table's name.
pub(super) const TABLE: &str = "huiyuan";

/// A running service.
pub(super) struct Stack {
    /// Where it is.
    pub url: String,
    /// The straight way to its table.
    pub client: Client,
    /// Makes the keys of identifiers.
    pub key: TableKey,
    /// What is broken.
    pub script: Script,
    _embedded: EmbeddedAws,
    _proxies: Vec<Proxy>,
}

impl Stack {
    pub(super) async fn start() -> Self {
        let listener = listen(0).await.expect("a port is free");
        let embedded = EmbeddedAws::start(listener, None).await;
        let embedded = embedded.expect("a database in memory opens");
        let aws = embedded.aws();
        let client = Client::from_conf(shared::store::dynamodb::client(&aws).build());
        let created = table::create(&client, TABLE).await;
        created.expect("the table is created");
        let script = Script::default();
        let (aws, proxies) = Proxy::before_all(aws, &script).await;
        let listener = listen(0).await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let url = format!("http://{address}");
        let random = Random::system();
        let config = Config::new(TABLE, SecretKey::random(&random));
        let key = TableKey::new(&config);
        let app = App {
            store: Store::new(&aws, &config),
            config: Arc::new(config),
            aws,
            clock: Clock::system(),
            random,
            // Clients say what they were answered; of the causes there would be thousands.
            request_log: RequestLog::to(|_| {}),
        };
        let keys = [(); 2].map(|()| SecretKey::random(&app.random));
        let mut sending = registration::config::Config::new(keys, "huiyuan@example.com", &url);
        sending.per_day = 10_000_000;
        sending.mail_timeout = Duration::from_millis(500);
        let registration = Registration::new(app.clone(), sending);
        let captchas = registration.captchas().clone();
        let router = service::with_addresses(&app, &registration)
            .merge(inspect::router(embedded.inbox.clone(), captchas));
        let router = Guard::new(address.port(), &app.random).before(router);
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            client,
            key,
            script,
            _embedded: embedded,
            _proxies: proxies,
        }
    }
}
