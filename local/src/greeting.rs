//! What the terminal shows once the service listens.

use crate::demo;

/// What is worth knowing of a service that has started.
#[derive(Debug)]
pub struct Greeting {
    /// Where it listens, as a URL.
    pub url: String,
    /// Where other machines reach it, as a URL.
    pub network: Option<String>,
    /// What a browser needs for the inbox.
    pub token: String,
    /// The demo member's password, where it still is that.
    pub password: Option<&'static str>,
    /// How many more demo members there are.
    pub members: u32,
    /// The data file.
    pub data: Option<String>,
    /// The origins that browsers may call from.
    pub origins: Vec<String>,
    /// The settings that were given.
    pub settings: Vec<String>,
    /// Whether the clock may be set forward.
    pub time: bool,
    /// Where the embedded AWS listens, as a URL.
    pub aws: String,
    /// The table's name.
    pub table: String,
}

impl Greeting {
    /// The text, which ends with calls to begin with.
    #[must_use]
    pub fn text(&self) -> String {
        let (lines, url) = (self.lines().join("\n"), &self.url);
        let (name, password) = (demo::NAME, self.password.unwrap_or("PASSWORD"));
        format!(
            "{lines}

RageFrame login:
  curl {url}/v1/site/login -d 'username={name}&password={password}&group=app'
Youhaosuda login into a cookie jar, then the member it belongs to:
  curl -c jar {url}/api/v1/account/login -d 'account={name}&password={password}'
  curl -b jar {url}/api/v1/account/current

Each request below: time (+08:00, as in answers), method, path, code, duration, round trips to DynamoDB, its
read units (R) and write units (W).
"
        )
    }

    fn lines(&self) -> Vec<String> {
        let url = &self.url;
        let mut lines = vec![format!("Huiyuan listens on {url}")];
        if let Some(network) = &self.network {
            lines.push(format!(
                "In this network: {network} (the inbox and the operator's routes on this machine alone)"
            ));
        }
        lines.push(format!("Inbox: {url}/_local/#{}", self.token));
        lines.push(self.demo());
        lines.push(match &self.data {
            Some(file) => format!("Data: {file}"),
            None => "Data: in memory; --data FILE keeps it".to_owned(),
        });
        lines.push(if self.origins.is_empty() {
            "Pages of other origins: none; --origin http://localhost:5173 allows one".to_owned()
        } else {
            let origins = self.origins.join(", ");
            format!("Pages of other origins: {origins}, with credentials: \"include\"")
        });
        if !self.settings.is_empty() {
            lines.push(format!("Settings: {}", self.settings.join(", ")));
        }
        if self.time {
            lines.push(format!(
                "Clock: curl {url}/_local/clock -d seconds=3600 sets it forward"
            ));
        }
        lines.push(format!(
            "Embedded AWS: DynamoDB (table {}), SNS and SES on {}",
            self.table, self.aws
        ));
        lines
    }

    fn demo(&self) -> String {
        let (name, mail, phone) = (demo::NAME, demo::MAIL, demo::PHONE);
        let password = match self.password {
            Some(password) => format!("password {password}"),
            None => "whose password was changed".to_owned(),
        };
        let more = match self.members {
            0 => String::new(),
            count => format!("; {name}1 to {name}{count}, password {}", demo::PASSWORD),
        };
        format!("Demo member: {name}, {mail} or {phone}, {password}{more}")
    }
}
