//! What a running function is made of. Cheap to clone: every handler gets its own.

use std::sync::Arc;

use crate::{
    aws::Aws,
    base::{clock::Clock, random::Random},
    config::{
        Config,
        settings::{ConfigError, Settings},
    },
    domain::member::MemberId,
    store::Store,
    telemetry::{line, pseudonym::pseudonym, request_log::RequestLog},
};

/// The state of every router.
#[derive(Clone, Debug)]
pub struct App {
    /// The settings.
    pub config: Arc<Config>,
    /// What clients of AWS are built from.
    pub aws: Aws,
    /// The table.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// The log.
    pub request_log: RequestLog,
}

impl App {
    /// Wires the service as Lambda runs it: settings from the environment, the system's clock and
    /// randomness, the log on standard output. Nothing is sent.
    ///
    /// # Errors
    /// [`ConfigError`], which names the setting.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::read(&Settings::from_environment())
    }

    /// The same, where a function has read the environment already for settings of its own.
    ///
    /// # Errors
    /// [`ConfigError`], which names the setting.
    pub fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let config = Config::read(settings)?;
        let aws = Aws::read(settings)?.within(config.deadline);
        Ok(Self {
            store: Store::new(&aws, &config),
            request_log: RequestLog::json(&config.stack),
            config: Arc::new(config),
            aws,
            clock: Clock::system(),
            random: Random::system(),
        })
    }

    /// Says in the line of the log which member the request is of, under a pseudonym.
    pub fn note_member(&self, id: MemberId) {
        let pseudonym = pseudonym(&self.config.service_key, id);
        line::annotate(|notes| notes.member = Some(pseudonym));
    }
}
