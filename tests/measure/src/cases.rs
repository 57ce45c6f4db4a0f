//! Each endpoint's good request, with what storage says to it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    recording::Recording,
    requests::{Requests, bearing, with_password},
    stage::{Stage, assert_good},
};

const REGISTER: &str = "/api/v1/account/register_with_user_name";
const CURRENT: &str = "/api/v1/account/current";
const DETAILS: &str = "/api/v1/account/reward_point_details";
const PASSWORD: &str = "123456";

/// An event, and what storage says while it is answered.
#[derive(Clone)]
pub struct Take {
    pub event: Value,
    pub recording: Arc<Recording>,
}

/// A request to an endpoint.
pub struct Case {
    /// The function that answers it.
    pub function: &'static str,
    /// Method and path.
    pub endpoint: String,
    /// Whether it takes the time of a password's hash.
    pub hashes: bool,
    /// Asked of a process that has just started.
    pub first: Take,
    /// Asked from then on.
    pub then: Take,
}

/// A good request to every endpoint.
pub async fn all(stage: &mut Stage<'_>) -> Vec<Case> {
    let mut cases = Cases {
        stage,
        all: Vec::new(),
        requests: Requests::default(),
    };
    cases.sessions().await;
    cases.accounts().await;
    cases.registrations().await;
    cases.messages().await;
    cases.pages().await;
    cases.points().await;
    cases.all
}

struct Cases<'a, 'b> {
    stage: &'a mut Stage<'b>,
    all: Vec<Case>,
    requests: Requests,
}

impl Cases<'_, '_> {
    async fn sessions(&mut self) {
        self.register("member").await;
        let credentials = |account| {
            [
                (account, "member"),
                ("password", PASSWORD),
                ("group", "app"),
            ]
        };
        let event = self
            .requests
            .form("/v1/site/login", &credentials("username"));
        self.add("site-auth", true, event.clone()).await;
        for (function, path) in [
            ("site-auth", "/v1/site/refresh"),
            ("customer-account", "/v2/customer/account/refresh"),
        ] {
            let [_, refresh] = self.tokens().await;
            let event = self
                .requests
                .form(path, &[("refresh_token", &refresh), ("group", "app")]);
            self.add(function, false, event).await;
        }
        for (path, fields) in [
            ("up-userinfo", [("nickname", "x")].as_slice()),
            ("logout", &[]),
        ] {
            let [access, _] = self.tokens().await;
            let event = self
                .requests
                .form(&format!("/v2/customer/account/{path}"), fields);
            self.add("customer-account", false, bearing(event, &access))
                .await;
        }
        let login = self
            .requests
            .form("/api/v1/account/login", &credentials("account"));
        self.add("customer-account", true, login).await;
    }

    async fn accounts(&mut self) {
        let token = self.register("owner").await;
        let event = bearing(self.requests.get(CURRENT, ""), &token);
        self.add("customer-account", false, event).await;
        let event = self.requests.form("/api/v1/account/save", &[("name", "x")]);
        self.add("customer-account", false, bearing(event, &token))
            .await;
        let event = self.requests.form("/api/v1/account/logout", &[]);
        self.add("customer-account", false, bearing(event, &token))
            .await;
        let token = self.register("changer").await;
        let fields = [
            ("password_old", PASSWORD),
            ("password", "654321"),
            ("password_again", "654321"),
        ];
        let event = self
            .requests
            .form("/api/v1/account/change_password", &fields);
        self.add("customer-account", true, bearing(event, &token))
            .await;
    }

    async fn registrations(&mut self) {
        for (path, account) in [
            (REGISTER, "newcomer"),
            ("/api/v1/account/register_with_email", "new@shop.example"),
        ] {
            let event = self.requests.form(path, &with_password(account, PASSWORD));
            self.add("registration", true, event).await;
        }
    }

    async fn messages(&mut self) {
        let mobile = "13912345678";
        for (check, send, set) in [
            (
                "check_regist_mobile",
                "send_regist_validate_sms",
                "register_with_mobile",
            ),
            (
                "check_reset_mobile",
                "send_reset_validate_sms",
                "reset_password_with_mobile",
            ),
        ] {
            // A mobile that was just sent one has to wait.
            self.stage.forget_messages(mobile).await;
            for path in [check, send] {
                let path = format!("/api/v1/account/{path}");
                let event = self.requests.form(&path, &[("mobile", mobile)]);
                self.add("registration", false, event).await;
            }
            let code = self.sent_to(&format!("+86{mobile}"), |text| {
                let words = text.split(|c: char| !c.is_ascii_digit());
                words
                    .filter(|word| word.len() == 6)
                    .map(str::to_owned)
                    .next()
            });
            let fields = with_password(mobile, PASSWORD).into_iter();
            let fields: Vec<_> = fields.chain([("verify_code", code.as_str())]).collect();
            let event = self
                .requests
                .form(&format!("/api/v1/account/{set}"), &fields);
            self.add("registration", true, event).await;
        }
    }

    async fn pages(&mut self) {
        let mail = "new@shop.example";
        let path = "/api/v1/account/reset_password_with_email";
        let event = self.requests.form(path, &[("email", mail)]);
        self.add("registration", false, event).await;
        let token = self.sent_to(mail, |text| {
            let (_, link) = text.split_once("?token=")?;
            link.split_whitespace().next().map(str::to_owned)
        });
        let page = "/reset_password";
        let event = self.requests.get(page, &format!("token={token}"));
        self.add("registration", false, event).await;
        let fields = [
            ("token", token.as_str()),
            ("password", "654321"),
            ("password_again", "654321"),
        ];
        let mut event = self.requests.form(page, &fields);
        event["headers"]["origin"] = json!("null");
        self.add("registration", true, event).await;

        let event = self.requests.get("/captcha", "");
        let issued = self.stage.answer("registration", &event).await;
        self.add("registration", false, event).await;
        let issued = issued.json();
        let path = format!("/captcha{}", issued["path"].as_str().expect("a path"));
        let mut event = self.requests.get(&path, "");
        event["routeKey"] = json!("GET /captcha/{file}");
        self.add("registration", false, event).await;
    }

    async fn points(&mut self) {
        let token = self.register("holder").await;
        let event = bearing(self.requests.get(CURRENT, ""), &token);
        let current = self.stage.answer("customer-account", &event).await;
        let path = format!("/admin/members/{}/points", current.json()["customer"]["id"]);
        for entry in 0..10 {
            let event = self.requests.operator("POST", &path, &entry.to_string());
            self.stage.answer("points", &event).await;
        }
        let page = bearing(self.requests.get(DETAILS, ""), &token);
        self.add_met("points", [page.clone(), page]).await;
        let page = bearing(self.requests.form(DETAILS, &[]), &token);
        self.add_met("points", [page.clone(), page]).await;
        let posts = ["first", "second"].map(|key| self.requests.operator("POST", &path, key));
        self.add_met("points", posts).await;
        let page = self.requests.operator("GET", &path, "");
        self.add_met("points", [page.clone(), page]).await;
    }

    /// Registers a member, and gives their browser's token.
    async fn register(&mut self, name: &str) -> String {
        let event = self.requests.form(REGISTER, &with_password(name, PASSWORD));
        self.stage.answer("registration", &event).await.session()
    }

    /// Logs the first member in, and gives their tokens.
    async fn tokens(&mut self) -> [String; 2] {
        let fields = [
            ("username", "member"),
            ("password", PASSWORD),
            ("group", "app"),
        ];
        let event = self.requests.form("/v1/site/login", &fields);
        let answer = self.stage.answer("site-auth", &event).await;
        let data = &answer.json()["data"];
        ["access_token", "refresh_token"].map(|name| data[name].as_str().expect("one").to_owned())
    }

    /// What the newest message to somebody says.
    fn sent_to(&self, to: &str, what: impl Fn(&str) -> Option<String>) -> String {
        let messages = self.stage.aws.inbox.messages(Some(to));
        let message = messages.first().expect("a message was sent");
        what(&message.body).expect("it says what it should")
    }

    /// Writes down what storage says to a process that has just started.
    async fn add(&mut self, function: &'static str, hashes: bool, event: Value) {
        let mut process = self.stage.start(function).await;
        self.stage.recorder.record();
        let answer = process.answer(&event).await;
        assert_good(&event, &answer);
        let recording = self.stage.recorder.recorded();
        let take = Take { event, recording };
        self.push(function, hashes, [take.clone(), take]);
    }

    /// The same for a function that remembers the ledgers that it met: what storage says first, and
    /// what it says then.
    async fn add_met(&mut self, function: &'static str, events: [Value; 2]) {
        let mut process = self.stage.start(function).await;
        let mut takes = Vec::new();
        for event in events {
            self.stage.recorder.record();
            let answer = process.answer(&event).await;
            assert_good(&event, &answer);
            let recording = self.stage.recorder.recorded();
            takes.push(Take { event, recording });
        }
        let takes = takes.try_into().ok().expect("two were made");
        self.push(function, false, takes);
    }

    fn push(&mut self, function: &'static str, hashes: bool, [first, then]: [Take; 2]) {
        let route = first.event["routeKey"].as_str().expect("a route");
        self.all.push(Case {
            function,
            endpoint: route.to_owned(),
            hashes,
            first,
            then,
        });
    }
}
