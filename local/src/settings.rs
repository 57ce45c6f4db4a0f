//! The settings of the functions, as a developer gives them: `--set`, over the environment's, over what
//! suits a developer's machine. They are read as the functions read them.

use shared::{
    base::random::Random,
    config::{
        Config,
        settings::{ConfigError, Settings},
    },
};

/// Everybody knows it: a data file stays readable from one start to the next.
const SERVICE_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What the names of all settings begin with.
const PREFIX: &str = "HUIYUAN_";

const ORIGINS: &str = "HUIYUAN_ORIGINS";

/// Parts of names whose values nobody but the service should see.
const SECRET: [&str; 4] = ["KEY", "SECRET", "PASSWORD", "TOKEN"];

/// What `--set` takes: `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    name: String,
    value: String,
}

impl std::str::FromStr for Setting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (name, value) = text.split_once('=').ok_or(SettingError::NoValue)?;
        let [name, value] = [name, value].map(|part| part.trim().to_owned());
        Ok(Self { name, value })
    }
}

/// Why a setting is refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// It has no value.
    #[error("it must be NAME=VALUE, such as HUIYUAN_CAPTCHA=always")]
    NoValue,
    /// No function has such a setting.
    #[error("there is no setting {0}: see docs/deploying.md for those there are")]
    Unknown(String),
    /// It does not say what it should.
    #[error(transparent)]
    Invalid(#[from] ConfigError),
}

/// What settings are read from.
pub struct Given {
    /// The variables of the environment.
    pub environment: Settings,
    /// `--set`, the last of a name counting.
    pub set: Vec<Setting>,
    /// `--origin`, beside those of the settings.
    pub origins: Vec<String>,
    /// Where the service is reached.
    pub url: String,
}

/// The settings of all functions.
#[derive(Debug)]
pub struct Read {
    /// Those that all functions have.
    pub config: Config,
    /// Those of `registration`.
    pub registration: registration::config::Config,
    /// Those that were given, as `NAME=VALUE`, without secrets.
    pub given: Vec<String>,
}

impl Given {
    /// Reads all settings.
    ///
    /// # Errors
    /// [`SettingError`]
    pub fn read(self, random: &Random) -> Result<Read, SettingError> {
        let environment = self.environment.beginning_with(PREFIX);
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut given: Vec<_> = environment
            .filter(|(_, value)| !value.trim().is_empty())
            .map(owned)
            .collect();
        given.sort();
        for Setting { name, value } in &self.set {
            given.retain(|(earlier, _)| earlier != name);
            given.push((name.clone(), value.clone()));
        }

        let [codes, captchas] = [(); 2].map(|()| key(random));
        let local = [
            ("HUIYUAN_TABLE", "huiyuan"),
            ("HUIYUAN_SERVICE_KEY", SERVICE_KEY),
            ("HUIYUAN_COOKIE_SECURE", "false"),
            ("HUIYUAN_MAIL_FROM", "huiyuan@example.com"),
            ("HUIYUAN_PUBLIC_URL", &self.url),
            ("HUIYUAN_CODE_KEY", &codes),
            ("HUIYUAN_CAPTCHA_KEY", &captchas),
        ];
        let local = local.into_iter().map(owned);
        let configured = given.iter().find(|(name, _)| name == ORIGINS);
        let configured = configured.map(|(_, origins)| origins.clone());
        let origins: Vec<_> = configured.into_iter().chain(self.origins).collect();
        let origins = (ORIGINS.to_owned(), origins.join(","));
        let settings: Settings = local.chain(given.clone()).chain([origins]).collect();

        let config = Config::read(&settings)?;
        let registration = registration::config::Config::read(&settings, config.deadline)?;
        let unknown = self.set.iter().find(|set| !settings.is_read(&set.name));
        if let Some(unknown) = unknown {
            return Err(SettingError::Unknown(unknown.name.clone()));
        }
        // What else the environment calls by such a name is somebody else's.
        given.retain(|(name, _)| settings.is_read(name));
        Ok(Read {
            config,
            registration,
            given: given.iter().map(shown).collect(),
        })
    }
}

fn shown((name, value): &(String, String)) -> String {
    let secret = SECRET.iter().any(|part| name.contains(part));
    format!("{name}={}", if secret { "…" } else { value })
}

/// Draws a key, as a setting says one.
fn key(random: &Random) -> String {
    let [one, two] = [(); 2].map(|()| u128::from_be_bytes(random.bytes()));
    format!("{one:032x}{two:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(environment: &[(&str, &str)], set: &[&str]) -> Result<Read, String> {
        let variables = environment.iter();
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let given = Given {
            environment: variables.collect(),
            set: set.iter().map(|set| set.parse().unwrap()).collect(),
            origins: vec!["http://localhost:5173".to_owned()],
            url: "http://localhost:3000".to_owned(),
        };
        let read = given.read(&Random::seeded(1));
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn without_any_the_service_is_for_plain_http() {
        let read = read(&[], &[]).unwrap();
        assert!(!read.config.cookie_secure);
        assert_eq!(read.config.origins, ["http://localhost:5173"]);
        assert_eq!(read.registration.public_url, "http://localhost:3000");
        assert_eq!(read.given, [""; 0]);
    }

    #[test]
    fn what_is_set_goes_before_the_environment() {
        let environment = [
            ("HUIYUAN_CACHE", "/root"),
            ("HUIYUAN_CODE_KEY", " "),
            ("HUIYUAN_CODE_SECONDS", "120"),
            ("HUIYUAN_CAPTCHA", "never"),
            ("HUIYUAN_ORIGINS", "https://shop.example"),
            ("PATH", "/bin"),
        ];
        let key = format!("HUIYUAN_CAPTCHA_KEY={}", "0a".repeat(32));
        let read = read(&environment, &["HUIYUAN_CAPTCHA=always", &key]).unwrap();
        assert_eq!(read.registration.code_seconds, 120);
        let origins = ["https://shop.example", "http://localhost:5173"];
        assert_eq!(read.config.origins, origins);
        assert_eq!(
            read.given,
            [
                "HUIYUAN_CODE_SECONDS=120",
                "HUIYUAN_ORIGINS=https://shop.example",
                "HUIYUAN_CAPTCHA=always",
                "HUIYUAN_CAPTCHA_KEY=…",
            ]
        );
    }

    #[test]
    fn a_bad_one_is_refused_with_its_own_sentence() {
        for (set, sentence) in [
            (
                "HUIYUAN_CAPTCHA=sometimes",
                "the setting HUIYUAN_CAPTCHA must be always, adaptive or never",
            ),
            (
                "HUIYUAN_ACCESS_SECONDS=1",
                "the setting HUIYUAN_ACCESS_SECONDS must be a number of seconds from 60 to 2592000",
            ),
            (
                "CAPTCHA=never",
                "there is no setting CAPTCHA: see docs/deploying.md for those there are",
            ),
            (
                "HUIYUAN_CAPTCHAS=never",
                "there is no setting HUIYUAN_CAPTCHAS: see docs/deploying.md for those there are",
            ),
        ] {
            assert_eq!(read(&[], &[set]).unwrap_err(), sentence);
        }
        assert!("HUIYUAN_CAPTCHA".parse::<Setting>().is_err());
    }
}
