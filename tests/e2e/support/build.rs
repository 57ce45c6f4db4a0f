//! How a test's service is put together.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use axum::Router;
use registration::Registration;
use shared::{
    app::App,
    base::{
        clock::{Clock, Time},
        random::Random,
    },
    config::{Config, deadline::Deadline},
    store::Store,
    telemetry::{line::Line, request_log::RequestLog},
};

use super::{
    Inbox, PUBLIC_URL, START, Sent, Service, aws, dynamodb,
    faulty::{self, Way},
    planted, table,
};

/// What tokens and digests are derived from.
const SERVICE_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// What codes are digested under, and captchas sealed.
const KEYS: [&str; 2] = [
    "Zml4ZWQgZm9yIGNvZGVzLCBvZiAzMiBieXRlcyEhISE=",
    "Zml4ZWQgZm9yIHRlc3RzLCBvZiAzMiBieXRlcyEhISE=",
];

/// What a test draws depends on its name alone, however many run beside it and in what order.
fn seed() -> u64 {
    let mut seed = DefaultHasher::new();
    thread::current().name().hash(&mut seed);
    seed.finish()
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

    pub(super) async fn build(
        change: impl FnOnce(&mut Config),
        change_sending: impl FnOnce(&mut registration::config::Config),
        way: Way<'_>,
    ) -> Self {
        static TABLES: AtomicU64 = AtomicU64::new(0);
        let number = TABLES.fetch_add(1, Ordering::SeqCst);
        let table = format!("huiyuan-test-{}-{number}", std::process::id());
        let clock = Clock::frozen(Time::from_seconds(START));
        let (aws, inbox) = Inbox::open(aws(), &clock).await;
        let client = Client::from_conf(shared::store::dynamodb::client(&aws).build());
        table::create(&client, &table).await;

        let sent: Arc<Mutex<Vec<Sent>>> = Arc::default();
        let lines: Arc<Mutex<Vec<Line>>> = Arc::default();
        let mut config = Config::new(&table, SERVICE_KEY.parse().expect("a key"));
        if let Way::Straight = way {
            // How fast this machine is decides nothing.
            config.deadline = Deadline::after(Duration::from_mins(1));
        }
        config.public_url = Some(PUBLIC_URL.to_owned());
        // The published samples' password is `123456`.
        config.weak_passwords = true;
        change(&mut config);
        let (aws, proxies) = way.to(aws.within(config.deadline)).await;
        let keys = KEYS.map(|key| key.parse().expect("a key"));
        let mut sending = registration::config::Config::new(keys, "shop@shop.example", PUBLIC_URL);
        sending.mail_timeout = Duration::from_secs(1);
        change_sending(&mut sending);
        let app = App {
            store: Store::with(
                faulty::alone(shared::store::dynamodb::client(&aws), &table),
                &config,
            ),
            config: Arc::new(config),
            aws,
            clock,
            random: Random::seeded(seed()),
            request_log: {
                let lines = Arc::clone(&lines);
                RequestLog::to(move |line| {
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
                    faulty::alone(shared::store::dynamodb::client(&app.aws), &table)
                        .interceptor(recorder),
                    &app.config,
                ),
                ..app.clone()
            }
        };
        let registration = Registration::new(function("registration"), sending.clone());
        let functions = huiyuan::service::functions(function, &registration).into_iter();
        Self {
            router: functions.fold(Router::new(), |all, (_, router)| all.merge(router)),
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
}
