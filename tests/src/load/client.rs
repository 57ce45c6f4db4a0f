//! A client with members of its own, and what it does next.

use std::sync::Arc;

use super::{
    account::{Account, Kind},
    caller::{Ask, Caller, Results, Said},
    stack::Stack,
};
use crate::{
    catalogue::{self, Family},
    dice::Dice,
    mail,
};

/// How many members a client has at most: a password is set and looked up many times.
const MOST_MEMBERS: usize = 40;

/// A client.
pub(super) struct Client {
    pub caller: Caller,
    pub dice: Dice,
    pub number: u32,
    pub accounts: Vec<Account>,
    /// How many names and passwords it has thought of.
    pub thought_of: usize,
}

impl Client {
    pub(super) fn new(stack: &Stack, results: &Arc<Results>, number: u32, seed: u64) -> Self {
        let mixed = seed
            .wrapping_add(u64::from(number) + 1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self {
            caller: Caller::new(&stack.url, results),
            dice: Dice::new(mixed),
            number,
            accounts: Vec::new(),
            thought_of: 0,
        }
    }

    /// Does one thing.
    pub(super) async fn act(&mut self) {
        let die = self.dice.below(100);
        if self.accounts.is_empty() || (die < 8 && self.accounts.len() < MOST_MEMBERS) {
            let account = self.register().await;
            self.accounts.extend(account);
            return;
        }
        if die < 12 {
            return self.rubbish().await;
        }
        let place = self.dice.below(self.accounts.len());
        let mut account = self.accounts.swap_remove(place);
        if !account.is_registered || account.password().is_none() {
            self.log_in(&mut account, false).await;
        } else if account.id.is_none() || account.browser.is_none() {
            if account.browser.is_none() {
                self.log_in(&mut account, false).await;
            }
            self.current(&mut account).await;
        } else {
            match die {
                12..20 => self.log_in(&mut account, false).await,
                20..28 => self.log_in(&mut account, true).await,
                28..40 => self.refresh(&mut account).await,
                40..46 => self.up_userinfo(&mut account).await,
                46..54 => self.current(&mut account).await,
                54..60 => self.save(&mut account).await,
                60..66 => self.change_password(&mut account).await,
                66..70 => self.reset(&mut account).await,
                70..84 => self.points(&mut account).await,
                84..90 => self.page_of_points(&mut account).await,
                90..95 => self.log_out(&mut account).await,
                _ => self.look_around(&mut account).await,
            }
        }
        self.accounts.push(account);
    }

    /// A text that nobody else thinks of.
    pub(super) fn think_of(&mut self, what: &str) -> String {
        self.thought_of += 1;
        format!("{what}-{}-{}", self.number, self.thought_of)
    }

    pub(super) async fn ask(&mut self, ask: &Ask) -> Option<Said> {
        self.caller.ask(ask, &mut self.dice).await
    }

    pub(super) async fn insist(&mut self, ask: &Ask) -> (Option<Said>, bool) {
        self.caller.insist(ask, &mut self.dice).await
    }

    /// Something that was answered cannot be.
    pub(super) fn wrong(&self, account: &Account, what: &str, said: &Said) {
        let sentence = format!("{}: {what}: {}", account.name, said.body);
        self.caller.results().violation(sentence);
    }

    /// Registers somebody, and gives the account unless it is certain that there is none.
    async fn register(&mut self) -> Option<Account> {
        let (kind, name, path) = match self.dice.below(3) {
            0 => (
                Kind::Username,
                self.think_of("load"),
                "/api/v1/account/register_with_user_name",
            ),
            1 => {
                let name = format!("{}@example.com", self.think_of("load"));
                (Kind::Email, name, "/api/v1/account/register_with_email")
            }
            _ => {
                self.thought_of += 1;
                let name = format!(
                    "139{:03}{:05}",
                    self.number % 1000,
                    self.thought_of % 100_000
                );
                (Kind::Mobile, name, "/api/v1/account/register_with_mobile")
            }
        };
        let password = self.think_of("password");
        let code = if kind == Kind::Mobile {
            let path = "/api/v1/account/check_regist_mobile";
            self.ask(&Ask::post(path, &[("mobile", &name)])).await?;
            self.code("/api/v1/account/send_regist_validate_sms", &name)
                .await?
        } else {
            String::new()
        };
        let fields = [
            ("account", &*name),
            ("password", &password),
            ("password_again", &password),
            ("verify_code", &code),
        ];
        let (said, at_once) = self.insist(&Ask::post(path, &fields)).await;
        let mut account = Account::new(kind, name, password.clone());
        match said {
            Some(said) if said.code == 200 => {
                account.is_registered = true;
                account.id = said.body["customer"]["id"].as_u64();
                account.browser = said.cookie;
            }
            // Somebody has the name: this very request, when it got no answer.
            Some(said) if at_once => self.wrong(&account, "a new name is refused", &said),
            Some(_) | None => self.log_in(&mut account, false).await,
        }
        Some(account)
    }

    /// Gets a code sent, solving a captcha where one is asked for; `None` where none has come.
    pub(super) async fn code(&mut self, path: &'static str, mobile: &str) -> Option<String> {
        let before = self.newest(mobile).await.map(|message| message.0);
        let mut ask = Ask::post(path, &[("mobile", mobile)]);
        for _ in 0..3 {
            match self.ask(&ask).await {
                Some(said) if said.code == 214 => {
                    let (id, value) = self.captcha().await?;
                    let fields = [
                        ("mobile", mobile),
                        ("captcha_id", &*id),
                        ("captcha_value", &*value),
                    ];
                    ask = Ask::post(path, &fields);
                }
                Some(said) if said.code == 200 => break,
                // It is to wait; or nobody knows, and a message may have come.
                Some(_) | None => {}
            }
        }
        let (id, body) = self.newest(mobile).await?;
        (Some(id) != before).then(|| mail::code(&body))?
    }

    async fn captcha(&mut self) -> Option<(String, String)> {
        let captcha = self.ask(&Ask::get("/captcha", "")).await?;
        let id = captcha.body["id"].as_str()?.to_owned();
        let picture = Ask::get("/captcha/{file}", &format!("{id}.png"));
        self.ask(&picture).await?;
        let revealed = self.ask(&Ask::get("/_local/captchas/", &id)).await?;
        Some((id, revealed.body["value"].as_str()?.to_owned()))
    }

    /// The newest message to a number or an address: its id and its text.
    pub(super) async fn newest(&mut self, to: &str) -> Option<(String, String)> {
        let said = self.ask(&Ask::get("/_local/messages?to=", to)).await?;
        let message = &said.body["messages"][0];
        let text = |key: &str| message[key].as_str().map(str::to_owned);
        Some((text("id")?, text("body")?))
    }

    async fn rubbish(&mut self) {
        let with_body = catalogue::all().filter(|endpoint| !endpoint.parameters.is_empty());
        let with_body: Vec<_> = with_body
            .filter(|endpoint| endpoint.method == "POST" && endpoint.family != Family::Page)
            .collect();
        let path = with_body[self.dice.below(with_body.len())].path;
        let fields = [
            "username",
            "account",
            "mobile",
            "email",
            "refresh_token",
            "key",
            "size",
        ];
        let mut ask = Ask::post(path, &fields.map(|name| (name, "?")));
        if path.contains('{') {
            ask = ask.at("POST", "1");
        }
        let said = self.ask(&ask.bearer("rubbish").rubbish()).await;
        if let Some(said) = said.filter(|said| said.code == 200) {
            let sentence = format!("rubbish is taken at {path}: {}", said.body);
            self.caller.results().violation(sentence);
        }
    }
}
