//! The settings, read once at start. A missing or bad one stops the start with a sentence that
//! names it.

pub mod deadline;
pub mod groups;
pub mod lifetime;
mod origin;
pub mod settings;

pub use origin::origin;

use axum::http::HeaderValue;

use crate::{
    base::{digest::Digest, secret_key::SecretKey},
    domain::{identifier::IdentifierKey, password::Password, token::Slot},
};
use deadline::Deadline;
use groups::Groups;
use settings::{ConfigError, Settings};

/// Every setting of the service.
///
/// | variable | default | what |
/// | --- | --- | --- |
/// | `HUIYUAN_TABLE` | required | the table's name |
/// | `HUIYUAN_SERVICE_KEY` | required | what tokens, pseudonyms and the table's digests are derived from: 32 secret bytes, base64 or hexadecimal |
/// | `HUIYUAN_STACK` | `huiyuan` | the deployment's name, which its metrics stand under |
/// | `HUIYUAN_ACCESS_SECONDS` | 172800 | how long an access token of RageFrame lives, 60–2592000 |
/// | `HUIYUAN_SESSION_DAYS` | 180 | how long a session lives at most, however often it is refreshed, 1–3650 |
/// | `HUIYUAN_GROUPS` | `app,wechat,miniProgram` | RageFrame's groups; others are only ever appended: a token names them by their place |
/// | `HUIYUAN_PUBLIC_URL` | none | where clients reach the service: its pages may use the session cookie |
/// | `HUIYUAN_ORIGINS` | none | origins that browsers may call from, comma-separated |
/// | `HUIYUAN_ORIGIN_SECRETS` | none | what CloudFront sends as `x-origin-secret`: one, or two while it is exchanged, comma-separated, of 16 to 128 letters, digits, `-` and `_` each; beside it the viewer's address in CloudFront's header is believed |
/// | `HUIYUAN_COOKIE_SECURE` | `true` | `false` lets the session cookie travel over plain http |
/// | `HUIYUAN_WEAK_PASSWORDS` | `false` | `true` lets members set passwords that are guessed first |
/// | `HUIYUAN_ALLOWANCE` | 2 | what RageFrame's `allowance` shows |
/// | `HUIYUAN_DEADLINE_MILLISECONDS` | 14000 | by when a request has its answer, 1000–14500 |
/// | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, … | Lambda's own | see [`Aws`](crate::aws::Aws) |
#[derive(Clone, Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// What tokens, pseudonyms and the table's digests are derived from.
    pub service_key: SecretKey,
    /// The deployment's name, which its metrics stand under.
    pub stack: String,
    /// How long an access token of a group's session lives, in seconds.
    pub access_seconds: i64,
    /// How long a session lives at most from its login on, in days.
    pub session_days: i64,
    /// RageFrame's groups.
    pub groups: Groups,
    /// Where clients reach the service, if that is known.
    pub public_url: Option<String>,
    /// Origins that browsers may call from, with credentials.
    pub origins: Vec<HeaderValue>,
    /// The digests of what CloudFront shows that it is by; the viewer's address is believed beside it.
    pub origin_secrets: Vec<Digest>,
    /// Whether the session cookie is for https alone.
    pub cookie_secure: bool,
    /// Whether members may set passwords that are guessed first.
    pub weak_passwords: bool,
    /// What RageFrame's `allowance` shows.
    pub allowance: u32,
    /// By when a request has its answer.
    pub deadline: Deadline,
}

impl Config {
    /// The defaults, on the table `table` and under `service_key`.
    #[must_use]
    pub fn new(table: &str, service_key: SecretKey) -> Self {
        Self {
            table: table.to_owned(),
            service_key,
            stack: "huiyuan".to_owned(),
            access_seconds: 172_800,
            session_days: 180,
            groups: Groups::default(),
            public_url: None,
            origins: Vec::new(),
            origin_secrets: Vec::new(),
            cookie_secure: true,
            weak_passwords: false,
            allowance: 2,
            deadline: Deadline::default(),
        }
    }

    /// Where the sessions of a group live; `None` for a group that is not configured.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<Slot> {
        self.groups.slot(name)
    }

    /// Whether the password of an account with these `names` may be set to `password`.
    #[must_use]
    pub fn permits(&self, password: &Password, names: &[IdentifierKey]) -> bool {
        self.weak_passwords || !password.is_weak(names)
    }

    /// Reads the settings that all functions have.
    ///
    /// # Errors
    /// [`ConfigError`], which names the setting.
    pub fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let defaults = Self::new(
            settings.required("HUIYUAN_TABLE")?,
            settings.secret("HUIYUAN_SERVICE_KEY")?,
        );
        let stack = settings.optional("HUIYUAN_STACK");
        Ok(Self {
            stack: stack.map_or(defaults.stack, str::to_owned),
            access_seconds: settings.parsed(
                "HUIYUAN_ACCESS_SECONDS",
                "a number of seconds from 60 to 2592000",
                defaults.access_seconds,
                |seconds| (60..=2_592_000).contains(seconds),
            )?,
            cookie_secure: settings.parsed(
                "HUIYUAN_COOKIE_SECURE",
                "true or false",
                defaults.cookie_secure,
                |_| true,
            )?,
            weak_passwords: settings.parsed(
                "HUIYUAN_WEAK_PASSWORDS",
                "true or false",
                defaults.weak_passwords,
                |_| true,
            )?,
            allowance: settings.parsed(
                "HUIYUAN_ALLOWANCE",
                "a whole number",
                defaults.allowance,
                |_| true,
            )?,
            deadline: Deadline::read(settings)?,
            session_days: settings.parsed(
                "HUIYUAN_SESSION_DAYS",
                "a number of days from 1 to 3650",
                defaults.session_days,
                |days| (1..=3650).contains(days),
            )?,
            groups: (settings.list("HUIYUAN_GROUPS")).map_or(Ok(defaults.groups), Groups::read)?,
            public_url: settings.optional("HUIYUAN_PUBLIC_URL").map(str::to_owned),
            origins: settings
                .list("HUIYUAN_ORIGINS")
                .unwrap_or_default()
                .iter()
                .map(|text| origin(text))
                .collect::<Result<_, _>>()?,
            origin_secrets: origin_secrets(settings)?,
            ..defaults
        })
    }
}

/// Reads the secrets that CloudFront may send. Their digests are enough.
fn origin_secrets(settings: &Settings) -> Result<Vec<Digest>, ConfigError> {
    let secrets = settings.list("HUIYUAN_ORIGIN_SECRETS").unwrap_or_default();
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let good = |secret: &String| (16..=128).contains(&secret.len()) && secret.bytes().all(known);
    if secrets.len() <= 2 && secrets.iter().all(good) {
        Ok(secrets
            .iter()
            .map(|secret| Digest::of(secret.as_bytes()))
            .collect())
    } else {
        Err(ConfigError::Invalid {
            name: "HUIYUAN_ORIGIN_SECRETS",
            expected: "one or two secrets of 16 to 128 letters, digits, - and _, comma-separated",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn read(settings: &[(&str, &str)]) -> Result<Config, String> {
        let given = settings
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::read(&given.collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_missing_or_bad_setting_is_named() {
        assert_eq!(
            read(&[]).unwrap_err(),
            "the setting HUIYUAN_TABLE is missing"
        );
        assert_eq!(
            read(&[("HUIYUAN_TABLE", " ")]).unwrap_err(),
            "the setting HUIYUAN_TABLE is missing"
        );
        for (name, value) in [
            ("HUIYUAN_ACCESS_SECONDS", "soon"),
            ("HUIYUAN_ACCESS_SECONDS", "1"),
            ("HUIYUAN_SESSION_DAYS", "0"),
            ("HUIYUAN_GROUPS", "app,app"),
            ("HUIYUAN_GROUPS", "app,,web"),
            ("HUIYUAN_ORIGINS", "shop.example"),
            (
                "HUIYUAN_ORIGINS",
                "https://shop.example,https://shop.example/x",
            ),
            ("HUIYUAN_WEAK_PASSWORDS", "yes"),
            ("HUIYUAN_ORIGINS", "*"),
            ("HUIYUAN_COOKIE_SECURE", "yes"),
            ("HUIYUAN_ORIGIN_SECRETS", "short"),
            (
                "HUIYUAN_ORIGIN_SECRETS",
                "sixteen_letters_,sixteen_letters_,sixteen_letters_",
            ),
            ("HUIYUAN_ALLOWANCE", "-1"),
            ("HUIYUAN_DEADLINE_MILLISECONDS", "999"),
            ("HUIYUAN_DEADLINE_MILLISECONDS", "14501"),
            ("HUIYUAN_DEADLINE_MILLISECONDS", "14s"),
        ] {
            let sentence = read(&[
                ("HUIYUAN_TABLE", "t"),
                ("HUIYUAN_SERVICE_KEY", KEY),
                (name, value),
            ])
            .unwrap_err();
            assert!(
                sentence.starts_with(&format!("the setting {name} must be ")),
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_setting_left_out_has_its_documented_default() {
        let config = read(&[
            ("HUIYUAN_TABLE", "members"),
            ("HUIYUAN_SERVICE_KEY", KEY),
            ("HUIYUAN_ORIGINS", ""),
        ])
        .unwrap();
        assert_eq!(config.table, "members");
        assert_eq!(config.access_seconds, 172_800);
        assert_eq!(config.group("miniProgram"), Some(Slot::Group(3)));
        assert_eq!(config.group("web"), None);
        assert!(config.cookie_secure && config.origins.is_empty());
    }
}
