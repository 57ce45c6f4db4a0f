//! A service whose way to AWS breaks when a test says so.

use std::sync::Arc;

use aws_sdk_dynamodb::config::{Builder, retry::RetryPartition};
use axum::Router;
use registration::Registration;
use shared::{
    app::App,
    aws::{Aws, Service as AwsService},
    config::{Config, deadline::Deadline},
};
use tests::proxy::{Proxy, Script};

use super::Service;

/// How a service reaches AWS.
pub enum Way<'a> {
    /// As it is.
    Straight,
    /// With messages and mails through a carrier of the test's.
    Carrier(&'a str),
    /// With everything through proxies that a script breaks.
    Faulty(Script),
}

impl Way<'_> {
    pub async fn to(self, aws: Aws) -> (Aws, Vec<Proxy>) {
        match self {
            Self::Straight => (aws, Vec::new()),
            Self::Carrier(url) => {
                let aws = aws.at(AwsService::Sns, url);
                (aws.at(AwsService::SesV2, url), Vec::new())
            }
            Self::Faulty(script) => Proxy::before_all(aws, &script).await,
        }
    }
}

/// Clients of one process share what they may retry: a test that breaks a lot would leave none to the
/// others.
pub fn alone(config: Builder, table: &str) -> Builder {
    config.retry_partition(RetryPartition::new(table.to_owned()))
}

impl Service {
    /// Starts a service that reaches AWS through a proxy, which does as the script says. The test's
    /// own client goes straight.
    pub async fn faulty(
        change: impl FnOnce(&mut Config),
        change_sending: impl FnOnce(&mut registration::config::Config),
    ) -> (Self, Script) {
        let script = Script::default();
        let way = Way::Faulty(script.clone());
        (Self::build(change, change_sending, way).await, script)
    }

    /// The same service, which answers by an earlier deadline than its calls know of.
    pub fn hasty(&self, deadline: Deadline) -> Router {
        let config = Config {
            deadline,
            ..(*self.app.config).clone()
        };
        let app = App {
            config: Arc::new(config),
            ..self.app.clone()
        };
        let registration = Registration::new(app.clone(), self.sending.clone());
        huiyuan::service::router(&app, &registration)
    }
}
