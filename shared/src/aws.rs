//! What every client of an AWS service is built from: region, credentials, endpoints, and one HTTP
//! client with TLS by rustls on `ring`. `aws-config` is left out: on Lambda all of it stands in the
//! environment, and a start has nothing to look up.
//!
//! No SDK but DynamoDB's is linked here: a function that sends messages builds its own clients from
//! [`Aws::message_client`].

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, IdentityCache, Region, SharedCredentialsProvider, SharedHttpClient,
    retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    client::{
        connector_metadata::ConnectorMetadata,
        http::{HttpClient, HttpConnectorSettings, SharedHttpConnector},
        runtime_components::RuntimeComponents,
    },
    shared::IntoShared,
};
use aws_types::SdkConfig;

use crate::config::{
    deadline::Deadline,
    settings::{ConfigError, Settings},
};

/// The roots that AWS endpoints are signed under (Amazon Trust Services and Starfield): parsing the
/// system's whole bundle would cost each cold start milliseconds.
const ROOTS: &[u8] = include_bytes!("aws-roots.pem");

/// The services of AWS that this one calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The table.
    DynamoDb,
    /// Text messages.
    Sns,
    /// Mail.
    SesV2,
}

impl Service {
    /// All of them, in the order of their endpoints in [`Aws`].
    pub const ALL: [Self; 3] = [Self::DynamoDb, Self::Sns, Self::SesV2];

    /// The variable that names an endpoint for this service alone.
    const fn variable(self) -> &'static str {
        match self {
            Self::DynamoDb => "AWS_ENDPOINT_URL_DYNAMODB",
            Self::Sns => "AWS_ENDPOINT_URL_SNS",
            Self::SesV2 => "AWS_ENDPOINT_URL_SESV2",
        }
    }

    fn endpoint(self, settings: &Settings) -> Option<&str> {
        let endpoint = settings.optional(self.variable());
        endpoint.or(settings.optional("AWS_ENDPOINT_URL"))
    }
}

/// Region, credentials and endpoints, as AWS's own variables give them: `AWS_REGION`,
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; `AWS_ENDPOINT_URL` for all
/// services, `AWS_ENDPOINT_URL_DYNAMODB`, `…_SNS` and `…_SESV2` for one. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Aws {
    region: Region,
    credentials: Credentials,
    http: SharedHttpClient,
    endpoints: [Option<String>; Service::ALL.len()],
    deadline: Deadline,
}

impl Aws {
    pub(crate) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let credentials = Credentials::new(
            settings.required("AWS_ACCESS_KEY_ID")?,
            settings.required("AWS_SECRET_ACCESS_KEY")?,
            settings.optional("AWS_SESSION_TOKEN").map(str::to_owned),
            None,
            "environment",
        );
        let region = settings.required("AWS_REGION")?.to_owned();
        let mut aws = Self::new(region, credentials);
        aws.endpoints = Service::ALL.map(|service| service.endpoint(settings).map(str::to_owned));
        Ok(aws)
    }

    /// Whether the settings name an endpoint for any service.
    pub(crate) fn is_elsewhere(settings: &Settings) -> bool {
        let mut endpoints = Service::ALL
            .iter()
            .map(|service| service.endpoint(settings));
        endpoints.any(|endpoint| endpoint.is_some())
    }

    /// Points at an AWS on this machine, `endpoint` being its URL.
    #[must_use]
    pub fn embedded(endpoint: &str) -> Self {
        let credentials = Credentials::new("local", "local", None, None, "embedded");
        let mut aws = Self::new("local".to_owned(), credentials);
        aws.endpoints = Service::ALL.map(|_| Some(endpoint.to_owned()));
        aws
    }

    /// The same, with one service elsewhere.
    #[must_use]
    pub fn at(mut self, service: Service, endpoint: &str) -> Self {
        self.endpoints[service as usize] = Some(endpoint.to_owned());
        self
    }

    /// The same, for requests that are answered by `deadline`: no call takes so long that it would
    /// be missed.
    #[must_use]
    pub const fn within(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    /// Where a service is, if not at AWS.
    #[must_use]
    pub fn endpoint(&self, service: Service) -> Option<&str> {
        self.endpoints[service as usize].as_deref()
    }

    fn new(region: String, credentials: Credentials) -> Self {
        let trust = TrustStore::empty().with_pem_certificate(ROOTS);
        let tls = TlsContext::builder()
            .with_trust_store(trust)
            .build()
            .expect("a TLS context with a trust store is complete");
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls)
            .build_https();
        Self {
            region: Region::new(region),
            credentials,
            http: WithoutValidation(http).into_shared(),
            endpoints: Service::ALL.map(|_| None),
            deadline: Deadline::default(),
        }
    }

    /// What the client of a provider of messages is built from: `Client::new(&aws.message_client(…))`,
    /// of whichever SDK. A message is handed over once, within `timeout`: one whose answer got lost may
    /// be under way, and a second would be paid for too.
    #[must_use]
    pub fn message_client(&self, service: Service, timeout: Duration) -> SdkConfig {
        self.client(service, RetryConfig::disabled(), timeout, timeout)
    }

    /// By when a request has its answer.
    #[must_use]
    pub const fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The HTTP client that the clients of all services share, and its pool of connections.
    #[must_use]
    pub fn http(&self) -> SharedHttpClient {
        self.http.clone()
    }

    /// What a client of `service` is built from, for calls that take so long, each try and as a whole.
    pub fn client(
        &self,
        service: Service,
        retries: RetryConfig,
        attempt: Duration,
        whole: Duration,
    ) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(self.deadline.connect())
            .operation_attempt_timeout(attempt)
            .operation_timeout(whole)
            .build();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            // They stand in memory: a cache of them only makes parallel calls wait for its lock.
            .identity_cache(IdentityCache::no_cache())
            .http_client(self.http())
            .retry_config(retries)
            .timeout_config(timeouts);
        config.set_endpoint_url(self.endpoint(service).map(str::to_owned));
        config.build()
    }
}

/// An HTTP client that sets up TLS for its first request. The library's own does so whenever a client
/// of a service is built too, roots and all, and throws it away: it is there for those who load the
/// system's roots.
#[derive(Debug)]
struct WithoutValidation(SharedHttpClient);

impl HttpClient for WithoutValidation {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

/// Reads AWS's settings alone from the environment; `None` where it names no endpoint. For test
/// suites that run against an AWS of the caller's choice.
///
/// # Errors
/// [`ConfigError`], which names the setting.
pub fn from_environment() -> Result<Option<Aws>, ConfigError> {
    let settings = Settings::from_environment();
    let elsewhere = Aws::is_elsewhere(&settings);
    elsewhere.then(|| Aws::read(&settings)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_has_the_whole_of_its_time_for_one_try() {
        let timeout = Duration::from_secs(7);
        let settings = Aws::embedded("http://127.0.0.1:1").message_client(Service::SesV2, timeout);
        let timeouts = settings.timeout_config().unwrap();
        assert_eq!(timeouts.operation_attempt_timeout(), Some(timeout));
        assert_eq!(timeouts.operation_timeout(), Some(timeout));
        assert_eq!(settings.retry_config().unwrap().max_attempts(), 1);
    }
}
