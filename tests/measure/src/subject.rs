//! Whom a measured request is about: what the request needs is brought about by other requests of the
//! catalogue.

use serde_json::Value as Json;
use tests::{
    catalogue::{self, Fixture, parameter::Value},
    lambda::Answer,
    mail,
};

use crate::{requests::Requests, stage::Stage};

/// How many entries a ledger has.
const ENTRIES: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Whom a request is about.
#[derive(Default)]
pub struct Subject {
    number: usize,
    id: String,
    browser: String,
    access: String,
    refresh: String,
    code: String,
    captcha: String,
    link: String,
}

impl Subject {
    /// The subject of that number: no two have anything in common.
    pub fn new(number: usize) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }

    /// What a value of the catalogue is for this subject.
    pub fn text(&self, value: Value) -> String {
        match value {
            Value::Text(_) | Value::Password | Value::NewPassword | Value::CaptchaValue => {
                value.example().to_owned()
            }
            Value::Username => format!("subject-{}", self.number),
            Value::Email => format!("subject-{}@shop.example", self.number),
            Value::Mobile => format!("139123{:05}", self.number),
            Value::MemberId => self.id.clone(),
            Value::Code => self.code.clone(),
            Value::CaptchaId => self.captcha.clone(),
            Value::CaptchaFile => format!("{}.png", self.captcha),
            Value::LinkToken => self.link.clone(),
            Value::RefreshToken => self.refresh.clone(),
            Value::AccessToken => self.access.clone(),
            Value::BrowserToken => self.browser.clone(),
        }
    }

    /// Brings about what a request needs.
    pub async fn prepare(
        &mut self,
        stage: &mut Stage<'_>,
        requests: &mut Requests,
        fixture: Fixture,
    ) {
        match fixture {
            Fixture::Username => self.register(stage, requests, "user_name").await,
            Fixture::Email => self.register(stage, requests, "email").await,
            Fixture::Mobile => {
                self.get_code(stage, requests, "regist").await;
                self.register(stage, requests, "mobile").await;
                // A mobile that was just sent a code has to wait.
                stage.forget_messages(&self.text(Value::Mobile)).await;
            }
            Fixture::Group => {
                let answer = self.ask(stage, requests, "POST", "/v1/site/login").await;
                let data = &answer.json()["data"];
                self.access = text(&data["access_token"]);
                self.refresh = text(&data["refresh_token"]);
            }
            Fixture::RegistrationCode => self.get_code(stage, requests, "regist").await,
            Fixture::ResetCode => self.get_code(stage, requests, "reset").await,
            Fixture::Captcha => {
                let answer = self.ask(stage, requests, "GET", "/captcha").await;
                self.captcha = text(&answer.json()["id"]);
            }
            Fixture::Link => {
                let path = "/api/v1/account/reset_password_with_email";
                self.ask(stage, requests, "POST", path).await;
                let to = self.text(Value::Email);
                self.link = sent_to(stage, &to, mail::token);
            }
            Fixture::Points => {
                let endpoint = catalogue::find("POST", "/admin/members/{id}/points");
                for key in ENTRIES {
                    let values = [("key", Value::Text(key))];
                    let request = endpoint.request_with(&values, None, |value| self.text(value));
                    let event = requests.event(&request, &endpoint.key());
                    stage.answer(endpoint.function, &event).await;
                }
            }
        }
    }

    async fn register(&mut self, stage: &mut Stage<'_>, requests: &mut Requests, by: &str) {
        let path = format!("/api/v1/account/register_with_{by}");
        let answer = self.ask(stage, requests, "POST", &path).await;
        self.browser = answer.session();
        self.id = answer.json()["customer"]["id"].to_string();
    }

    async fn get_code(&mut self, stage: &mut Stage<'_>, requests: &mut Requests, what: &str) {
        let path = format!("/api/v1/account/send_{what}_validate_sms");
        self.ask(stage, requests, "POST", &path).await;
        let to = format!("+86{}", self.text(Value::Mobile));
        self.code = sent_to(stage, &to, mail::code);
    }

    /// Has a request of the catalogue answered.
    async fn ask(
        &self,
        stage: &mut Stage<'_>,
        requests: &mut Requests,
        method: &str,
        path: &str,
    ) -> Answer {
        let endpoint = catalogue::find(method, path);
        let request = endpoint.request(|value| self.text(value));
        let event = requests.event(&request, &endpoint.key());
        stage.answer(endpoint.function, &event).await
    }
}

/// What the newest message to somebody says.
fn sent_to(stage: &Stage<'_>, to: &str, what: impl Fn(&str) -> Option<String>) -> String {
    let messages = stage.aws.inbox.messages(Some(to));
    let message = messages.first().expect("a message was sent");
    what(&message.body).expect("it says what it should")
}

fn text(value: &Json) -> String {
    value.as_str().expect("a text").to_owned()
}
