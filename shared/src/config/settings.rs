//! Settings by name, as the environment gives them, and why one of them stops the start.

use std::{cell::Cell, collections::HashMap, str::FromStr};

use crate::base::secret_key::{InvalidKey, SecretKey};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting that must be there is not.
    #[error("the setting {0} is missing")]
    Missing(&'static str),
    /// A setting does not say what it should.
    #[error("the setting {name} must be {expected}")]
    Invalid {
        /// The variable's name.
        name: &'static str,
        /// What its value should have been.
        expected: &'static str,
    },
}

/// Variables by name: the environment's, as it was at start. A function with settings of its own
/// reads them from here.
pub struct Settings(HashMap<String, Variable>);

struct Variable {
    value: String,
    /// Whether anything has asked for it.
    read: Cell<bool>,
}

impl FromIterator<(String, String)> for Settings {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let variable = |(name, value)| {
            let read = Cell::new(false);
            (name, Variable { value, read })
        };
        Self(variables.into_iter().map(variable).collect())
    }
}

impl Settings {
    /// Reads the environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads settings"
    )]
    #[must_use]
    pub fn from_environment() -> Self {
        std::env::vars().collect()
    }

    /// A setting that may be left out; an empty one is left out.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<&str> {
        let variable = self.0.get(name)?;
        variable.read.set(true);
        Some(variable.value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether anything has asked for a variable that is there: one that stays unread is no setting.
    #[must_use]
    pub fn is_read(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|variable| variable.read.get())
    }

    /// The variables whose names begin with `prefix`.
    pub fn beginning_with(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter();
        all.map(|(name, variable)| (name.as_str(), variable.value.as_str()))
            .filter(move |(name, _)| name.starts_with(prefix))
    }

    /// A setting that must be there.
    ///
    /// # Errors
    /// [`ConfigError::Missing`]
    pub fn required(&self, name: &'static str) -> Result<&str, ConfigError> {
        self.optional(name).ok_or(ConfigError::Missing(name))
    }

    /// A setting that is `default` where it is left out.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`]: it is not `expected`.
    pub fn parsed<T: FromStr>(
        &self,
        name: &'static str,
        expected: &'static str,
        default: T,
        good: impl Fn(&T) -> bool,
    ) -> Result<T, ConfigError> {
        match self.optional(name) {
            None => Ok(default),
            Some(text) => {
                (text.parse().ok().filter(good)).ok_or(ConfigError::Invalid { name, expected })
            }
        }
    }

    /// A secret that must be there.
    ///
    /// # Errors
    /// [`ConfigError`]: it is missing, or none.
    pub fn secret(&self, name: &'static str) -> Result<SecretKey, ConfigError> {
        let expected = "32 bytes as base64 or hexadecimal";
        let key = self.required(name)?.parse();
        key.map_err(|InvalidKey| ConfigError::Invalid { name, expected })
    }

    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let items = self.optional(name)?.split(',').map(str::trim);
        Some(items.map(str::to_owned).collect())
    }
}
