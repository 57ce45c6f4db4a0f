//! Whom a request is about: a member or somebody who is none yet, with whatever it takes to ask. No
//! two have anything in common, so that what one meets says nothing of another.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use registration::captcha::Captchas;
use shared::{
    base::digest::Digest,
    domain::{
        actor::Actor,
        client::Client,
        client_address::ClientAddress,
        identifier::{Email, Identifier, Mobile, Username},
        member::{Member, MemberId},
        password::{self, Password, PasswordHash},
        token::Slot,
    },
    rules::session::{Browser, Group, Kind, ProvenMember},
    store::{
        Store,
        members::{
            NewMember,
            identifiers::{KNOWN_NETWORKS_AFTER, SINGLE_TRY_AFTER, failure_attributes},
        },
        sessions::item::Retired,
    },
};
use tests::{
    catalogue::{Fixture, parameter::Value},
    invariants::{Issued, Proof},
    mail,
};
use tokio::sync::OnceCell;

use crate::support::{
    Service, aws,
    mobile::{REGIST_SMS, RESET_SMS},
};

/// What has to be there before a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// What valid requests of the catalogue need.
    Has(Fixture),
    /// The member's hash is one brought from `RageFrame`.
    Weak,
    /// The member has a user name as well.
    MoreNames,
    /// So many wrong passwords were counted that each address has one try, which this one has had.
    LockedOut,
    /// So many wrong passwords were counted that only known networks may try.
    NetworksOnly,
    /// Of the day's messages 80 % are sent.
    Cap,
    /// The member's session of a group, with so many retired tokens that the next rotation drops some.
    BusyGroup,
    /// The group's session has rotated, and nobody has used its new pair.
    Rotated,
}

/// Whom a request is about.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub name: String,
    pub email: String,
    pub mobile: String,
    pub address: String,
    pub id: u64,
    pub browser: String,
    pub access: String,
    pub refresh: String,
    pub code: String,
    pub captcha: [String; 2],
    pub link: String,
    pub issued: Vec<Issued>,
}

/// The hash of `123456`: there is no need to compute it for each.
async fn hash(service: &Service, weak: bool) -> PasswordHash {
    static HASH: OnceCell<PasswordHash> = OnceCell::const_new();
    if weak {
        let hash = bcrypt::hash_with_salt("123456", 4, *b"sixteen salt by.").expect("a hash");
        return PasswordHash::imported(&hash.format_for_version(bcrypt::Version::TwoY));
    }
    let hash = HASH.get_or_init(|| async {
        let password = Password::new("123456").expect("long enough");
        let hash = password::hash(password, &service.app.random).await;
        hash.expect("it can be hashed")
    });
    hash.await.clone()
}

/// The table without anything in between.
fn straight(service: &Service) -> Store {
    Store::new(&aws(), &service.app.config)
}

/// Sends what may be sent of a day's messages before all shards have to be read.
async fn spend(service: &Service) {
    let day = service.app.clock.now().date();
    for shard in 0..16 {
        let key = AttributeValue::S(format!("cap#{day}#{shard:02}"));
        let put = service.client().put_item().table_name(service.table());
        let put = put
            .item("pk", key)
            .item("sk", AttributeValue::S("cap".to_owned()))
            .item("spent", AttributeValue::N("50".to_owned()))
            .item(
                "expires_at",
                AttributeValue::N((service.now() + 86_400).to_string()),
            );
        put.send().await.expect("the shard is stored");
    }
}

impl Subject {
    /// Brings about what is needed, for the subject of that number.
    pub async fn prepare(service: &Service, number: u32, needs: &[Need]) -> Self {
        let mut subject = Self {
            name: format!("subject-{number:04}"),
            email: format!("subject-{number:04}@example.com"),
            mobile: format!("1391234{number:04}"),
            address: format!("2001:db8:{number:x}::1"),
            ..Self::default()
        };
        for need in needs {
            match need {
                Need::Has(fixture) => subject.have(service, needs, *fixture).await,
                Need::Weak | Need::MoreNames => {}
                Need::LockedOut => {
                    subject.lock_out(service, SINGLE_TRY_AFTER).await;
                    subject.try_once(service).await;
                }
                Need::NetworksOnly => subject.lock_out(service, KNOWN_NETWORKS_AFTER).await,
                Need::Cap => spend(service).await,
                Need::BusyGroup => subject.log_in(service, 9).await,
                Need::Rotated => subject.rotate(service).await,
            }
        }
        subject
    }

    async fn have(&mut self, service: &Service, needs: &[Need], fixture: Fixture) {
        match fixture {
            Fixture::Username => self.join(service, needs, self.username()).await,
            Fixture::Email => self.join(service, needs, self.mailbox()).await,
            Fixture::Mobile => self.join(service, needs, self.phone()).await,
            Fixture::Group => self.log_in(service, 0).await,
            Fixture::RegistrationCode => self.get_code(service, REGIST_SMS).await,
            Fixture::ResetCode => self.get_code(service, RESET_SMS).await,
            Fixture::Captcha => self.solve(service).await,
            Fixture::Link => self.get_link(service).await,
            Fixture::Points => {
                for key in ["one", "two", "three"] {
                    service.given(self.id, key, 5).await;
                }
            }
        }
    }

    /// What a value of the catalogue is for this subject.
    pub fn text(&self, value: Value) -> String {
        match value {
            Value::Text(_) | Value::Password | Value::NewPassword => value.example().to_owned(),
            Value::Username => self.name.clone(),
            Value::Email => self.email.clone(),
            Value::Mobile => self.mobile.clone(),
            Value::MemberId => self.id.to_string(),
            Value::Code => self.code.clone(),
            Value::CaptchaId => self.captcha[0].clone(),
            Value::CaptchaValue => self.captcha[1].clone(),
            Value::CaptchaFile => format!("{}.png", self.captcha[0]),
            Value::LinkToken => self.link.clone(),
            Value::RefreshToken => self.refresh.clone(),
            Value::AccessToken => self.access.clone(),
            Value::BrowserToken => self.browser.clone(),
        }
    }

    fn username(&self) -> Identifier {
        Identifier::from(self.name.parse::<Username>().expect("a user name"))
    }

    fn mailbox(&self) -> Identifier {
        Identifier::from(self.email.parse::<Email>().expect("an address"))
    }

    fn phone(&self) -> Identifier {
        Identifier::from(self.mobile.parse::<Mobile>().expect("a mobile"))
    }

    async fn join(&mut self, service: &Service, needs: &[Need], login: Identifier) {
        let app = &service.app;
        let id = MemberId::random(&app.random);
        let hash = hash(service, needs.contains(&Need::Weak)).await;
        let now = app.clock.now();
        let mut member = Member::new(id, &[login], Some(hash), now, Actor::Import);
        if needs.contains(&Need::MoreNames) {
            member.username = Some(self.name.parse().expect("a user name"));
        }
        let client = Client::new(ClientAddress([192, 0, 2, 1].into()), None);
        let proven = ProvenMember { id, generation: 0 };
        let new = Browser.session(app, proven, &client);
        let visited = member.visiting_from(self.address.clone());
        let store = straight(service);
        let created = (store.members())
            .create_member(&NewMember {
                session: Some((&new.key, &new.session)),
                ..NewMember::alone(&visited)
            })
            .await;
        created.expect("the member is stored");
        self.id = id.get();
        self.browser = new.tokens.text();
    }

    async fn log_in(&mut self, service: &Service, retired: usize) {
        let app = &service.app;
        let id = MemberId::new(self.id).expect("a member's number");
        let client = Client::new(ClientAddress([192, 0, 2, 1].into()), None);
        let proven = ProvenMember { id, generation: 0 };
        let mut new = Group(Slot::Group(1)).session(app, proven, &client);
        let long_ago = app.clock.now().plus_seconds(-3600);
        new.session.retired = (0..retired)
            .map(|_| Retired {
                refresh: Digest::of(&app.random.bytes::<32>()),
                seed: app.random.bytes(),
                at: long_ago,
                from: client.address.network(),
            })
            .collect();
        let put = straight(service)
            .sessions()
            .put_session(&new.key, &new.session)
            .await;
        assert!(put.expect("the session is stored"));
        self.access = new.tokens.access.text();
        self.refresh = new.tokens.refresh.text();
    }

    async fn lock_out(&self, service: &Service, failures: u32) {
        let record = service.key().login(&self.username().key());
        let [hour, day] = failure_attributes(service.app.clock.now());
        let lock = service.client().update_item().table_name(service.table());
        let lock = lock
            .key("pk", AttributeValue::S(record.partition().to_owned()))
            .key("sk", AttributeValue::S("login".to_owned()))
            .update_expression("SET #hour = :failures, #day = :failures")
            .expression_attribute_names("#hour", hour)
            .expression_attribute_names("#day", day)
            .expression_attribute_values(":failures", AttributeValue::N(failures.to_string()));
        lock.send().await.expect("the login record is there");
    }

    async fn try_once(&self, service: &Service) {
        let fields = [("account", &*self.name), ("password", "wrong password")];
        let login = service.post("/api/v1/account/login").form(&fields);
        let reply = login.from(&self.address).await;
        assert_eq!(reply.body["attempts_left"], 0, "{}", reply.body);
    }

    async fn rotate(&mut self, service: &Service) {
        let fields = [("refresh_token", &*self.refresh), ("group", "app")];
        let reply = service.post("/v1/site/refresh").form(&fields).await;
        let token = |name: &str| {
            let token = reply.body["data"][name].as_str();
            token.expect("a token").to_owned()
        };
        self.access = token("access_token");
        self.refresh = token("refresh_token");
    }

    async fn get_code(&mut self, service: &Service, path: &str) {
        let reply = service.ask(path, &self.mobile).from(&self.address).await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        let to = format!("+86{}", self.mobile);
        let message = tokio::time::timeout(Duration::from_mins(1), service.inbox.newest(&to));
        let message = message.await.expect("the message arrives");
        self.code = mail::code(&message.body).expect("a code");
        let mobile = self.mobile.parse().expect("a mobile");
        self.issued.push(Issued {
            proof: match path {
                REGIST_SMS => Proof::Registration(mobile),
                _ => Proof::Reset(mobile),
            },
            generation: (self.id > 0).then_some(0),
        });
    }

    async fn solve(&mut self, service: &Service) {
        let id = service.get("/captcha").await.body["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let captchas: &Captchas = service.registration.captchas();
        let value = captchas.reveal(&id).expect("a value");
        self.captcha = [id, value];
    }

    /// A mail takes its time, and a busy machine more than that: the link is made as the service does.
    async fn get_link(&mut self, service: &Service) {
        let store = straight(service);
        let mailbox = store.verification().mailbox(&self.mailbox().key());
        self.link = mailbox.clone() + &"x".repeat(32);
        let token = Digest::of(self.link.as_bytes());
        let now = service.app.clock.now();
        let put = store
            .verification()
            .put_link(&mailbox, &token, &self.address, now)
            .await;
        assert_eq!(put.expect("the link is stored"), None);
        self.issued.push(Issued {
            proof: Proof::Link(self.email.parse().expect("an address")),
            generation: Some(0),
        });
    }
}
