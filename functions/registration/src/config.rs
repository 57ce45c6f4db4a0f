//! The settings that this function alone has. A missing or bad one stops the start with a sentence
//! that names it.

use std::{str::FromStr, time::Duration};

use shared::{
    base::secret_key::SecretKey,
    config::{
        deadline::Deadline,
        settings::{ConfigError, Settings},
    },
    domain::identifier::Email,
};
use url::Url;

use crate::{delivery::template::Template, verification::codes::CodeFormat};

/// Every setting of this function alone.
///
/// | variable | default | what |
/// | --- | --- | --- |
/// | `HUIYUAN_CODE_KEY` | required | what codes are digested under: 32 secret bytes, base64 or hexadecimal |
/// | `HUIYUAN_CAPTCHA_KEY` | required | what captchas are sealed under: 32 other secret bytes |
/// | `HUIYUAN_CODE_SECONDS` | 300 | how long a code is good, 60–600 |
/// | `HUIYUAN_SMS_TEMPLATE` | a sentence | the message, with `{code}` and `{minutes}`; at most 70 characters with both filled in |
/// | `HUIYUAN_SMS_SENDER_ID` | `Huiyuan` | the sender, 1–11 letters and digits, a letter among them |
/// | `HUIYUAN_SMS_MAX_PRICE` | 0.10 | the most a message may cost, in US dollars |
/// | `HUIYUAN_SMS_PER_DAY` | 1000 | how many messages the whole service may send in a day |
/// | `HUIYUAN_SMS_MILLISECONDS` | 5000 | how long the provider may take to answer, from 100 to half of the deadline |
/// | `HUIYUAN_CAPTCHA` | `adaptive` | who has to solve one: `always`, `adaptive`, `never` |
/// | `HUIYUAN_MAIL_FROM` | required | the sender of mails, an address that SES has verified |
/// | `HUIYUAN_MAIL_MILLISECONDS` | 2000 | how long an answer takes that may have sent a mail, from 100 to half of the deadline |
/// | `HUIYUAN_PUBLIC_URL` | required | where clients reach the service: a mail's link begins with it |
#[derive(Clone, Debug)]
pub struct Config {
    /// What codes are digested under.
    pub code_key: SecretKey,
    /// What captchas are sealed under.
    pub captcha_key: SecretKey,
    /// How codes look, and how often each may be tried.
    pub code_format: CodeFormat,
    /// How long a code is good, in seconds.
    pub code_seconds: i64,
    /// The message.
    pub template: Template,
    /// Whom it is from.
    pub sender_id: String,
    /// The most it may cost, in US dollars.
    pub max_price: String,
    /// How many of them the whole service may send in a calendar day at `+08:00`.
    pub per_day: u32,
    /// How long their provider may take to answer.
    pub sms_timeout: Duration,
    /// Who has to solve a captcha.
    pub captcha: CaptchaPolicy,
    /// Whom mails are from.
    pub mail_from: String,
    /// How long an answer takes that may have sent a mail.
    pub mail_timeout: Duration,
    /// Where clients reach the service, without a slash at the end.
    pub public_url: String,
}

/// Who has to solve a captcha before a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptchaPolicy {
    /// Everybody.
    Always,
    /// From the second message of a mobile or an address within an hour on.
    Adaptive,
    /// Nobody.
    Never,
}

impl FromStr for CaptchaPolicy {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "always" => Ok(Self::Always),
            "adaptive" => Ok(Self::Adaptive),
            "never" => Ok(Self::Never),
            _ => Err(()),
        }
    }
}

impl Config {
    /// The defaults, with what has none; the keys are that of codes and that of captchas.
    #[must_use]
    pub fn new(keys: [SecretKey; 2], mail_from: &str, public_url: &str) -> Self {
        let [code_key, captcha_key] = keys;
        Self {
            code_key,
            captcha_key,
            code_format: CodeFormat::with_digits(6),
            code_seconds: 300,
            template: Template::default(),
            sender_id: "Huiyuan".to_owned(),
            max_price: "0.10".to_owned(),
            per_day: 1000,
            sms_timeout: Duration::from_secs(5),
            captcha: CaptchaPolicy::Adaptive,
            mail_from: mail_from.to_owned(),
            mail_timeout: Duration::from_secs(2),
            public_url: public_url.to_owned(),
        }
    }

    /// Reads the settings that this function alone has; a provider answers within a part of `deadline`.
    ///
    /// # Errors
    /// [`ConfigError`], which names the setting.
    pub fn read(settings: &Settings, deadline: Deadline) -> Result<Self, ConfigError> {
        let defaults = Self::new(
            [
                settings.secret("HUIYUAN_CODE_KEY")?,
                settings.secret("HUIYUAN_CAPTCHA_KEY")?,
            ],
            mail_from(settings)?,
            public_url(settings)?.trim_end_matches('/'),
        );
        Ok(Self {
            code_seconds: settings.parsed(
                "HUIYUAN_CODE_SECONDS",
                "a number of seconds from 60 to 600",
                defaults.code_seconds,
                |seconds| (60..=600).contains(seconds),
            )?,
            template: settings.parsed(
                "HUIYUAN_SMS_TEMPLATE",
                "a text with {code} and {minutes}, of at most 70 characters with both filled in",
                defaults.template,
                |_| true,
            )?,
            sender_id: settings.parsed(
                "HUIYUAN_SMS_SENDER_ID",
                "1 to 11 letters and digits, a letter among them",
                defaults.sender_id,
                |name| is_sender_id(name),
            )?,
            max_price: settings.parsed(
                "HUIYUAN_SMS_MAX_PRICE",
                "a price in US dollars, such as 0.10",
                defaults.max_price,
                |price| is_price(price),
            )?,
            per_day: settings.parsed(
                "HUIYUAN_SMS_PER_DAY",
                "a whole number up to 10000000",
                defaults.per_day,
                |number| *number <= 10_000_000,
            )?,
            sms_timeout: timeout(
                settings,
                deadline,
                "HUIYUAN_SMS_MILLISECONDS",
                defaults.sms_timeout,
            )?,
            captcha: settings.parsed(
                "HUIYUAN_CAPTCHA",
                "always, adaptive or never",
                defaults.captcha,
                |_| true,
            )?,
            mail_timeout: timeout(
                settings,
                deadline,
                "HUIYUAN_MAIL_MILLISECONDS",
                defaults.mail_timeout,
            )?,
            ..defaults
        })
    }
}

fn mail_from(settings: &Settings) -> Result<&str, ConfigError> {
    let name = "HUIYUAN_MAIL_FROM";
    let from = settings.required(name)?;
    let address = (from.strip_suffix('>').and_then(|from| from.split_once('<')))
        .map_or(from, |(_, address)| address);
    let good = from.is_ascii() && address.parse::<Email>().is_ok();
    let expected = "an address such as shop@example.com or Shop <shop@example.com>";
    good.then_some(from)
        .ok_or(ConfigError::Invalid { name, expected })
}

fn public_url(settings: &Settings) -> Result<&str, ConfigError> {
    let name = "HUIYUAN_PUBLIC_URL";
    let text = settings.required(name)?;
    let good = Url::parse(text).is_ok_and(|url| {
        ["https", "http"].contains(&url.scheme())
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let expected = "a URL such as https://members.shop.example, without a query";
    good.then_some(text)
        .ok_or(ConfigError::Invalid { name, expected })
}

fn is_sender_id(name: &str) -> bool {
    (1..=11).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_price(price: &str) -> bool {
    price.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && price.parse().is_ok_and(|price: f64| price > 0.0)
}

/// A provider's part of the deadline leaves as much for the table.
fn timeout(
    settings: &Settings,
    deadline: Deadline,
    name: &'static str,
    default: Duration,
) -> Result<Duration, ConfigError> {
    let most = deadline.whole() / 2;
    let default = u64::try_from(default.min(most).as_millis()).unwrap_or(u64::MAX);
    let expected = "a number of milliseconds from 100 to half of HUIYUAN_DEADLINE_MILLISECONDS";
    let good = |millis: &u64| *millis >= 100 && Duration::from_millis(*millis) <= most;
    let millis = settings.parsed(name, expected, default, good)?;
    Ok(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUIRED: [(&str, &str); 4] = [
        (
            "HUIYUAN_CODE_KEY",
            "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTE=",
        ),
        (
            "HUIYUAN_CAPTCHA_KEY",
            "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MjI=",
        ),
        ("HUIYUAN_MAIL_FROM", "Shop <shop@example.com>"),
        ("HUIYUAN_PUBLIC_URL", "https://members.shop.example/"),
    ];

    fn read(settings: &[(&str, &str)]) -> Result<Config, String> {
        let given = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::read(&given.collect(), Deadline::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_has_no_default_is_asked_for() {
        for (missing, _) in REQUIRED {
            let mut given = REQUIRED.to_vec();
            given.retain(|(name, _)| *name != missing);
            let sentence = read(&given).unwrap_err();
            assert_eq!(sentence, format!("the setting {missing} is missing"));
        }
        let config = read(&REQUIRED).unwrap();
        assert_eq!(config.public_url, "https://members.shop.example");
        assert_eq!(config.captcha, CaptchaPolicy::Adaptive);
    }

    #[test]
    fn a_bad_setting_is_named() {
        let long = format!("{{code}}{{minutes}}{}", "长".repeat(63));
        for (name, value) in [
            ("HUIYUAN_CODE_KEY", "short"),
            ("HUIYUAN_MAIL_FROM", "shop"),
            ("HUIYUAN_PUBLIC_URL", "members.shop.example"),
            ("HUIYUAN_CODE_SECONDS", "601"),
            ("HUIYUAN_SMS_TEMPLATE", "{code}"),
            ("HUIYUAN_SMS_TEMPLATE", &long),
            ("HUIYUAN_SMS_SENDER_ID", "12345"),
            ("HUIYUAN_SMS_MAX_PRICE", "free"),
            ("HUIYUAN_SMS_MAX_PRICE", "0"),
            ("HUIYUAN_SMS_PER_DAY", "-1"),
            ("HUIYUAN_SMS_MILLISECONDS", "0"),
            ("HUIYUAN_SMS_MILLISECONDS", "7001"),
            ("HUIYUAN_CAPTCHA", "sometimes"),
            ("HUIYUAN_MAIL_MILLISECONDS", "soon"),
        ] {
            let mut given = REQUIRED.to_vec();
            given.push((name, value));
            let sentence = read(&given).unwrap_err();
            let named = format!("the setting {name} must be ");
            assert!(sentence.starts_with(&named), "{sentence}");
        }
    }
}
