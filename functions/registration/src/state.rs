//! What this function's handlers are handed: the app, and what no other function needs.

use axum::extract::FromRef;
use shared::{app::App, config::ConfigError};

use crate::captcha::Captchas;

/// The state of this function's routes.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    app: App,
    captchas: Captchas,
}

impl Registration {
    pub(crate) fn new(app: App) -> Result<Self, ConfigError> {
        Ok(Self {
            captchas: Captchas::new(&app)?,
            app,
        })
    }
}

impl FromRef<Registration> for App {
    fn from_ref(state: &Registration) -> Self {
        state.app.clone()
    }
}

impl FromRef<Registration> for Captchas {
    fn from_ref(state: &Registration) -> Self {
        state.captchas.clone()
    }
}
