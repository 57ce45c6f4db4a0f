//! What a member does with a phone in hand.

use serde_json::Value;
use shared::{
    domain::{
        actor::Actor,
        identifier::Mobile,
        member::{Member, MemberId},
        password::{self, Password, PasswordHash},
    },
    store::members::{Created, NewMember},
};
use tests::mail;
use tokio::sync::OnceCell;

use super::{Reply, RequestBuilder, Service};

/// Where a code to register with is asked for.
pub const REGIST_SMS: &str = "/api/v1/account/send_regist_validate_sms";
/// Where a code to reset with is asked for.
pub const RESET_SMS: &str = "/api/v1/account/send_reset_validate_sms";

/// The hash of `123456`: there is no need to compute it for each.
static PLANTED_HASH: OnceCell<PasswordHash> = OnceCell::const_new();

impl Service {
    /// Asks for a code.
    pub fn ask(&self, path: &str, mobile: &str) -> RequestBuilder {
        self.post(path).form(&[("mobile", mobile)])
    }

    /// Asks for a code with a captcha solved.
    pub async fn ask_with_captcha(&self, path: &str, mobile: &str, address: &str) -> Reply {
        let id = self.get("/captcha").await.body["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let value = self.registration.captchas().reveal(&id);
        let fields = [
            ("mobile", mobile),
            ("captcha_id", &id),
            ("captcha_value", &value.expect("a value")),
        ];
        self.post(path).form(&fields).from(address).await
    }

    /// Gets a code: asks for it, and reads the message.
    pub async fn code(&self, path: &str, mobile: &str) -> String {
        let reply = self.ask(path, mobile).await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        self.last_code(mobile).await
    }

    /// The code in the newest message of a mobile.
    pub async fn last_code(&self, mobile: &str) -> String {
        let messages = self.inbox.to(&format!("+86{mobile}")).await;
        let message = messages.first().expect("a message");
        mail::code(&message.body).expect("a code")
    }

    /// Registers with a code, the password being `123456`.
    pub fn register_mobile(&self, mobile: &str, code: &str) -> RequestBuilder {
        self.post("/api/v1/account/register_with_mobile").form(&[
            ("account", mobile),
            ("password", "123456"),
            ("password_again", "123456"),
            ("verify_code", code),
        ])
    }

    /// Sets the password `654321` with a code.
    pub fn reset_mobile(&self, mobile: &str, code: &str) -> RequestBuilder {
        self.post("/api/v1/account/reset_password_with_mobile")
            .form(&[
                ("account", mobile),
                ("password", "654321"),
                ("password_again", "654321"),
                ("verify_code", code),
            ])
    }

    /// Makes a member who registered with a mobile, long ago.
    pub async fn member_with_mobile(&self, mobile: &str) -> String {
        let code = self.code(REGIST_SMS, mobile).await;
        let reply = self.register_mobile(mobile, &code).await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        self.advance(2 * 86_400);
        reply.cookie().expect("registration hands over a session")
    }

    /// Makes a member with a mobile and the password `123456`, without a message.
    pub async fn plant_mobile(&self, mobile: &str) {
        let app = &self.app;
        let hash = PLANTED_HASH.get_or_init(|| async {
            let hash = password::hash(Password::attempt("123456"), &app.random).await;
            hash.expect("a hash")
        });
        let mobile: Mobile = mobile.parse().expect("a mobile");
        let (id, now) = (MemberId::random(&app.random), app.clock.now());
        let (identifiers, hash) = ([mobile.into()], hash.await.clone());
        let member = Member::new(id, &identifiers, Some(hash), now, Actor::Import);
        let new = NewMember::alone(&member);
        let made = app.store.members().create_member(&new).await;
        assert_eq!(made.expect("the table answers"), Created::Done);
    }

    /// How many messages and mails were sent.
    pub async fn messages(&self) -> usize {
        self.inbox.all().await.len()
    }
}

/// The table's items without the write tokens of mobiles, and without what is counted of addresses.
pub fn but_counted(mut items: Vec<Value>) -> Vec<Value> {
    items.retain(|item| {
        !item["pk"]
            .as_str()
            .is_some_and(|pk| pk.starts_with("address#"))
    });
    for item in &mut items {
        if item["sk"] == "sms" {
            item.as_object_mut().expect("an item").remove("by");
        }
    }
    items
}

/// Another code than this.
pub fn wrong(code: &str) -> String {
    let number: u32 = code.parse().expect("a code is a number");
    format!("{:06}", (number + 1) % 1_000_000)
}
