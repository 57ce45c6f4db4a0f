//! The service as a harness drives it: all four functions' routers on a table that refuses every
//! call at once, with a clock that stands still. Nothing is sent anywhere.

use std::{cell::RefCell, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, interceptors::BeforeSerializationInterceptorContextRef,
        retry::RetryConfig,
    },
    error::BoxError,
};
use axum::Router;
use registration::{Registration, config};
use shared::{
    app::App,
    aws::Aws,
    base::{
        clock::{Clock, Time},
        random::Random,
    },
    config::Config,
    store::Store,
    telemetry::{line::Line, request_log::RequestLog},
};

/// When it is, in Unix seconds: 2030-06-15 12:00:00 at `+08:00`.
pub const NOW: i64 = 1_907_726_400;

/// Where the service is reached, as its mails say.
pub const PUBLIC_URL: &str = "https://members.shop.example";

/// What tokens and digests are derived from here, in hexadecimal.
pub const SERVICE_KEY: &str = "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c";

/// What captchas are sealed under here, in hexadecimal.
pub const CAPTCHA_KEY: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

/// What a call to the table fails with.
pub const NO_TABLE: &str = "there is no table";

thread_local! {
    static SERVICE: Service = Service::build();
    static LINES: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

/// The service of this thread.
#[derive(Clone)]
pub struct Service {
    /// What every function is made of.
    pub app: App,
    /// What `registration` is made of beside.
    pub registration: Registration,
    /// All routes.
    pub router: Router,
}

impl Service {
    /// The service of this thread, built once.
    #[must_use]
    pub fn get() -> Self {
        SERVICE.with(Clone::clone)
    }

    fn build() -> Self {
        let aws = Aws::embedded("http://127.0.0.1:1");
        let table = shared::store::dynamodb::client(&aws).interceptor(NoTable);
        let config = Config {
            weak_passwords: true,
            ..Config::new("table", SERVICE_KEY.parse().expect("32 bytes"))
        };
        let app = App {
            store: Store::with(table.retry_config(RetryConfig::disabled()), &config),
            config: Arc::new(config),
            aws,
            clock: Clock::frozen(Time::from_seconds(NOW)),
            random: Random::seeded(1),
            request_log: RequestLog::to(|line| {
                LINES.with_borrow_mut(|lines| lines.push(line.clone()));
            }),
        };
        let keys = ["0a".repeat(32), CAPTCHA_KEY.to_owned()];
        let keys = keys.map(|key| key.parse().expect("32 bytes"));
        let mut sending = config::Config::new(keys, "shop@shop.example", PUBLIC_URL);
        sending.mail_timeout = Duration::ZERO;
        let registration = Registration::new(app.clone(), sending);
        let router = site_auth::router(app.clone())
            .merge(customer_account::router(app.clone()))
            .merge(registration::router(registration.clone()))
            .merge(points::router(app.clone()));
        Self {
            app,
            registration,
            router,
        }
    }
}

/// The lines logged on this thread since this was last asked.
#[must_use]
pub fn take_lines() -> Vec<Line> {
    LINES.take()
}

/// Fails every call before anything is made of it.
#[derive(Debug)]
struct NoTable;

impl Intercept for NoTable {
    fn name(&self) -> &'static str {
        "no table"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &aws_sdk_dynamodb::config::RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Err(NO_TABLE.into())
    }
}
