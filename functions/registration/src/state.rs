//! What this function is made of, beside what all functions are.

use std::sync::Arc;

use axum::extract::FromRef;
use shared::{
    app::App,
    config::settings::{ConfigError, Settings},
};

use tokio::sync::Semaphore;

use crate::{
    captcha::Captchas,
    config::Config,
    delivery::{
        provider::{MailProvider, SmsProvider},
        ses::Ses,
        sns::Sns,
    },
};

/// How many messages are counted at once. Lambda has one request at a time in a process; where all
/// come to one, a burst waits its turn here and not in time-outs of the table.
const COUNTING: usize = 16;

/// The state of this function's routes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registration {
    pub(crate) app: App,
    pub(crate) config: Arc<Config>,
    pub(crate) captchas: Captchas,
    pub(crate) sms: Arc<dyn SmsProvider>,
    pub(crate) mail: Arc<dyn MailProvider>,
    pub(crate) counting: Arc<Semaphore>,
}

impl Registration {
    /// Wires the function. Nothing is sent.
    #[must_use]
    pub fn new(app: App, config: Config) -> Self {
        Self {
            captchas: Captchas::new(&app, &config),
            sms: Arc::new(Sns::new(&app.aws, &config)),
            mail: Arc::new(Ses::new(&app.aws, &config)),
            config: Arc::new(config),
            counting: Arc::new(Semaphore::new(COUNTING)),
            app,
        }
    }

    /// Its captchas, for a developer and a test to look into.
    #[must_use]
    pub const fn captchas(&self) -> &Captchas {
        &self.captchas
    }

    /// Wires the function as Lambda runs it.
    ///
    /// # Errors
    /// [`ConfigError`], which names the setting.
    pub fn from_environment() -> Result<Self, ConfigError> {
        let settings = Settings::from_environment();
        let app = App::read(&settings)?;
        let config = Config::read(&settings, app.config.deadline)?;
        Ok(Self::new(app, config))
    }
}

impl FromRef<Registration> for Captchas {
    fn from_ref(registration: &Registration) -> Self {
        registration.captchas.clone()
    }
}

impl FromRef<Registration> for App {
    fn from_ref(registration: &Registration) -> Self {
        registration.app.clone()
    }
}
