//! Members: registered, logged in, and as they are shown.

use std::net::IpAddr;

use serde_json::{Value, json};
use shared::{
    domain::{
        client::Client,
        client_address::ClientAddress,
        member::{Member, MemberId},
    },
    rules::session::{Browser, Kind, ProvenMember},
    store::members::{Created, NewMember},
};

use super::{ADDRESS, RequestBuilder, Service};

/// The fields that say who and set a password.
pub fn with_password<'a>(account: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("account", account),
        ("password", password),
        ("password_again", password),
    ]
}

impl Service {
    /// Registers a member with the password `123456`, and gives their browser's token.
    pub async fn register(&self, name: &str) -> String {
        let reply = self
            .post("/api/v1/account/register_with_user_name")
            .form(&with_password(name, "123456"))
            .await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        reply.cookie().expect("registration hands over a session")
    }

    /// Logs a member with the password `123456` in to a group, and gives the answer's `data`.
    pub async fn login(&self, name: &str, group: &str) -> Value {
        let reply = self.log_in_to(group, name, "123456").await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        reply.body["data"].clone()
    }

    /// The id of the only member.
    pub async fn member_id(&self) -> MemberId {
        let members = self.items("member#", "member").await;
        let [member] = members.as_slice() else {
            panic!("there is one member: {members:?}");
        };
        let id = member["id"].as_u64().and_then(MemberId::new);
        id.expect("a member's number")
    }

    /// Whether a token leads to a live session.
    pub async fn is_live(&self, token: &str) -> bool {
        let reply = self.get("/api/v1/account/current").bearer(token).await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        !reply.body["customer"].is_null()
    }

    /// Logs in to a browser.
    pub fn log_in(&self, account: &str, password: &str) -> RequestBuilder {
        let fields = [("account", account), ("password", password)];
        self.post("/api/v1/account/login").form(&fields)
    }

    /// Logs in to a group.
    pub fn log_in_to(&self, group: &str, username: &str, password: &str) -> RequestBuilder {
        self.post("/v1/site/login").form(&[
            ("username", username),
            ("password", password),
            ("group", group),
        ])
    }

    /// Logs a member with the password `123456` in to another browser, and gives its token.
    pub async fn browser(&self, name: &str) -> String {
        let reply = self.log_in(name, "123456").await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        reply.cookie().expect("a login hands over a session")
    }

    /// Stores a member with a session at a browser, and gives its token.
    pub async fn import(&self, member: &Member) -> String {
        let address: IpAddr = ADDRESS.parse().expect("an address");
        let client = Client::new(ClientAddress(address), None);
        let proven = ProvenMember {
            id: member.id,
            generation: member.generation,
        };
        let new = Browser.session(&self.app, proven, &client);
        let visited = member.clone().visiting_from(ADDRESS.to_owned());
        let new_member = NewMember {
            session: Some((&new.key, &new.session)),
            ..NewMember::alone(&visited)
        };
        let created = self.app.store.members().create_member(&new_member);
        assert_eq!(created.await.expect("the table answers"), Created::Done);
        new.tokens.text()
    }

    /// Logs in, and tells whether that worked.
    pub async fn logs_in(&self, account: &str, password: &str) -> bool {
        self.log_in(account, password).await.body["code"] == 200
    }
}

/// The customer that a member registered as `name` at [`START`] is shown as.
pub fn customer(id: &Value, name: &str) -> Value {
    json!({
        "id": id,
        "social_type": false,
        "name": name,
        "metas": {},
        "notify_email": null,
        "notify_phone": null,
        "accept_marketing": false,
        "regist_at": "2030-06-15T12:00:00.000+08:00",
        "orders_count": 0,
        "total_spent": 0,
        "last_order_no": null,
        "last_order_at": null,
        "email": null,
        "mobile": null,
        "uname": name,
        "real_name": null,
        "sex": "undefined",
        "birthday": null,
        "indentity_card": null,
        "avatar_url": null,
        "point": 0,
        "last_year_point": 0,
        "total_credit": 0,
        "customer_level": null,
        "social_accounts": [],
        "social_id": null,
        "reg_type": 0,
    })
}
