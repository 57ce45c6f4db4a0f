//! What every client of an AWS service is built from: region, credentials, endpoints, and one HTTP
//! client with TLS by rustls on `ring`. `aws-config` is left out: on Lambda all of it stands in the
//! environment, and a start has nothing to look up.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Region, SharedHttpClient, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};

use crate::{
    config::{ConfigError, Settings},
    store::retry::TransactionConflicts,
};

/// The roots that AWS endpoints are signed under (Amazon Trust Services and Starfield): parsing the
/// system's whole bundle would cost each cold start milliseconds.
const ROOTS: &[u8] = include_bytes!("aws-roots.pem");

/// Region, credentials and endpoints, as AWS's own variables give them: `AWS_REGION`,
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL_DYNAMODB`.
#[derive(Clone, Debug)]
pub struct Aws {
    region: Region,
    credentials: Credentials,
    http: SharedHttpClient,
    dynamodb: Option<String>,
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
        aws.dynamodb = (settings.optional("AWS_ENDPOINT_URL_DYNAMODB"))
            .or(settings.optional("AWS_ENDPOINT_URL"))
            .map(str::to_owned);
        Ok(aws)
    }

    /// Points at an AWS on this machine, `endpoint` being its URL.
    #[must_use]
    pub fn embedded(endpoint: &str) -> Self {
        let credentials = Credentials::new("local", "local", None, None, "embedded");
        let mut aws = Self::new("local".to_owned(), credentials);
        aws.dynamodb = Some(endpoint.to_owned());
        aws
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
            http,
            dynamodb: None,
        }
    }

    /// The settings of a DynamoDB client. A call is tried at most four times, 50 ms apart and more,
    /// within 8 seconds in all.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::config::Builder {
        let mut builder = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .retry_classifier(TransactionConflicts)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(4)
                    .with_initial_backoff(Duration::from_millis(50)),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(2))
                    .operation_attempt_timeout(Duration::from_secs(3))
                    .operation_timeout(Duration::from_secs(8))
                    .build(),
            );
        builder.set_endpoint_url(self.dynamodb.clone());
        builder
    }
}
