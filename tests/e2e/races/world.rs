//! What two requests race in: a member with everything a member can have, or nobody yet under the
//! same names. A world is put back to its beginning after each race.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use axum::Router;
use registration::config::CaptchaPolicy;
use serde_json::Value;
use shared::{
    domain::{
        actor::Actor,
        member::{Member, MemberId},
        password::{self, Password},
    },
    store::Store,
};
use tests::{
    catalogue::parameter::Value as Given,
    invariants::{Issued, Proof},
    mail,
};
use tokio::time::Duration;

use crate::support::{
    Service,
    gate::Gate,
    mobile::{REGIST_SMS, RESET_SMS},
};

pub const NAME: &str = "yhsduser";
pub const EMAIL: &str = "zoe.li@example.com";
pub const MOBILE: &str = "13800138000";
/// The member's password, and what they can spend.
pub const PASSWORD: &str = "123456";
pub const BALANCE: i64 = 10;
/// What a spend asks for: more than half of it, so that of two one alone is done.
pub const SPEND: i64 = 3 - BALANCE;

type Item = HashMap<String, AttributeValue>;

/// What clients know of the member.
#[derive(Default)]
pub struct Known {
    pub id: u64,
    /// A browser's session beside the one that is raced for.
    pub browser: String,
    /// The pair of the group `app`: rotated once, and not used yet.
    pub access: String,
    pub refresh: String,
    /// Codes and a link that are good.
    pub registration_code: String,
    pub reset_code: String,
    pub link: String,
}

impl Known {
    /// What a value of the catalogue is for this member.
    pub fn text(&self, value: Given) -> String {
        match value {
            Given::Text(text) => text.to_owned(),
            Given::Username => NAME.to_owned(),
            Given::Email => EMAIL.to_owned(),
            Given::Mobile => MOBILE.to_owned(),
            Given::Password | Given::NewPassword => PASSWORD.to_owned(),
            Given::MemberId => self.id.to_string(),
            Given::Code => self.registration_code.clone(),
            Given::LinkToken => self.link.clone(),
            Given::RefreshToken => self.refresh.clone(),
            Given::AccessToken => self.access.clone(),
            Given::BrowserToken => self.browser.clone(),
            Given::CaptchaId | Given::CaptchaValue | Given::CaptchaFile => {
                unreachable!("no captcha is raced")
            }
        }
    }
}

pub struct World {
    pub service: Service,
    pub gate: Gate,
    pub known: Known,
    /// The member as it is in the beginning, if there is one.
    pub member: Option<Value>,
    /// What may be used up.
    pub issued: Vec<Issued>,
    beginning: Vec<Item>,
}

impl World {
    /// Makes a world; with a member, or without.
    pub async fn new(with_member: bool) -> Self {
        let service = Service::sending(|config| {
            config.captcha = CaptchaPolicy::Never;
            config.code_seconds = 600;
            config.mail_timeout = Duration::from_millis(200);
        })
        .await;
        let registration_code = service.code(REGIST_SMS, MOBILE).await;
        service.advance(61);
        let mut known = Known::default();
        if with_member {
            known = member(&service).await;
            known.reset_code = service.code(RESET_SMS, MOBILE).await;
        } else {
            // Nobody without a member is sent one.
            "123456".clone_into(&mut known.reset_code);
        }
        known.registration_code = registration_code;
        let ask = service.post("/api/v1/account/reset_password_with_email");
        assert_eq!(ask.form(&[("email", EMAIL)]).await.body["code"], 200);
        if with_member {
            let mail = tokio::time::timeout(Duration::from_mins(1), service.inbox.newest(EMAIL));
            let mail = mail.await.expect("the mail arrives");
            known.link = mail::token(&mail.body).expect("a link");
        }
        service.advance(61);
        let generation = with_member.then_some(0);
        let mobile = || MOBILE.parse().expect("a mobile");
        let email = EMAIL.parse().expect("an address");
        let mut issued = vec![Proof::Registration(mobile()), Proof::Link(email)];
        if with_member {
            issued.push(Proof::Reset(mobile()));
        }
        let issued = issued.into_iter();
        let issued = issued.map(|proof| Issued { proof, generation }).collect();
        let member = service.items("member#", "member").await.pop();
        let mut world = Self {
            gate: Gate::default(),
            known,
            member,
            issued,
            beginning: Vec::new(),
            service,
        };
        world.beginning = world.items().await;
        world
    }

    /// A process of its own, the calls of which stop at the gate.
    pub fn process(&self) -> Router {
        let config = self.gate.before(&self.service.app.aws);
        self.service
            .with_store(Store::with(config, &self.service.app.config))
    }

    /// Puts the table back to the beginning.
    pub async fn begin_anew(&self) {
        let now = self.items().await;
        let key = |item: &Item| [item["pk"].clone(), item["sk"].clone()];
        let kept: HashSet<_> = self
            .beginning
            .iter()
            .map(|item| format!("{:?}", key(item)))
            .collect();
        let mut writes = Vec::new();
        for item in &now {
            let [pk, sk] = key(item);
            if !kept.contains(&format!("{:?}", [&pk, &sk])) {
                let delete = DeleteRequest::builder().key("pk", pk).key("sk", sk).build();
                let delete = delete.expect("a delete with a key is complete");
                writes.push(WriteRequest::builder().delete_request(delete).build());
            }
        }
        for item in self.beginning.iter().filter(|item| !now.contains(item)) {
            let put = PutRequest::builder().set_item(Some(item.clone())).build();
            let put = put.expect("a put with an item is complete");
            writes.push(WriteRequest::builder().put_request(put).build());
        }
        for batch in writes.chunks(25) {
            let (client, table) = (self.service.client(), self.service.table());
            let write = client
                .batch_write_item()
                .request_items(table, batch.to_vec());
            let written = write.send().await.expect("a batch is written");
            let left = written.unprocessed_items.unwrap_or_default();
            assert!(left.is_empty(), "a small batch is written whole");
        }
    }

    async fn items(&self) -> Vec<Item> {
        let scan = self
            .service
            .client()
            .scan()
            .table_name(self.service.table());
        let scan = scan.consistent_read(true).send().await;
        scan.expect("the table can be read")
            .items
            .unwrap_or_default()
    }
}

/// Makes a member with three names, two sessions and a ledger.
async fn member(service: &Service) -> Known {
    let app = &service.app;
    let hash = password::hash(Password::attempt(PASSWORD), &app.random).await;
    let id = MemberId::random(&app.random);
    let login = NAME.parse().expect("a name");
    let (hash, now) = (hash.expect("a hash"), app.clock.now());
    let mut member = Member::new(id, &[login], Some(hash), now, Actor::Import);
    member.email = Some(EMAIL.parse().expect("an address"));
    member.mobile = Some(MOBILE.parse().expect("a mobile"));
    let browser = service.import(&member).await;
    let login = service.login(NAME, "app").await;
    let text = |data: &Value, key: &str| data[key].as_str().expect("a token").to_owned();
    let fields = [
        ("refresh_token", &*text(&login, "refresh_token")),
        ("group", "app"),
    ];
    let pair = service.post("/v1/site/refresh").form(&fields).await;
    service.given(id.get(), "given", BALANCE).await;
    Known {
        id: id.get(),
        browser,
        access: text(&pair.body["data"], "access_token"),
        refresh: text(&pair.body["data"], "refresh_token"),
        ..Known::default()
    }
}
