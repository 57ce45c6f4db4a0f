//! Members with several names, and members brought from elsewhere.

use shared::{
    domain::{
        actor::Actor,
        identifier::{Email, Mobile},
        member::{Member, MemberId},
        password::{self, Password, PasswordHash},
    },
    rules::register::{self, RegisterError},
};

use crate::support::Service;

#[tokio::test]
async fn a_member_logs_in_by_every_name_they_have() {
    let service = Service::start().await;
    huiyuan::demo::create(&service.app)
        .await
        .expect("the demo member is made");
    let mut ids = Vec::new();
    for name in [
        huiyuan::demo::NAME,
        "DEMO@Example.com",
        huiyuan::demo::PHONE,
    ] {
        let reply = service.log_in(name, huiyuan::demo::PASSWORD).await;
        assert_eq!(reply.body["code"], 200, "{name}");
        ids.push(reply.body["customer"]["id"].clone());
    }
    assert!(ids.iter().all(|id| *id == ids[0]));
}

/// Makes a member with the hash that PHP makes of a password:
/// `password_hash('123456', PASSWORD_BCRYPT, ['cost' => 4])`. Gives the token of their session.
async fn import(service: &Service, name: &str, password: &str) -> String {
    let app = &service.app;
    let id = MemberId::random(&app.random);
    let hash = bcrypt::hash_with_salt(password, 4, *b"sixteen salt by.").expect("a hash");
    let hash = PasswordHash::imported(&hash.format_for_version(bcrypt::Version::TwoY));
    let name = name.parse().expect("a user name");
    let member = Member::new(id, &[name], Some(hash), app.clock.now(), Actor::Import);
    service.import(&member).await
}

#[tokio::test]
async fn a_hash_brought_from_rageframe_is_accepted_once_and_replaced() {
    let service = Service::start().await;
    let token = import(&service, "laowang", "123456").await;
    for _ in 0..2 {
        service.login("laowang", "app").await;
        for item in [
            service.items("member#", "member").await,
            service.items("login#", "login").await,
        ] {
            let hash = item[0]["password"].as_str().expect("a hash");
            assert!(
                hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
                "{hash}"
            );
        }
    }
    assert!(
        service.is_live(&token).await,
        "a stronger hash ends no session"
    );
}

#[tokio::test]
async fn a_hash_that_did_not_read_all_that_was_typed_stays() {
    let service = Service::start().await;
    let long = "x".repeat(72);
    import(&service, "laowang", &long).await;
    import(&service, "laozhang", "123456").await;
    let login = async |name: &str, password: &str| {
        let reply = service.log_in(name, password).await;
        assert_eq!(reply.body["code"], 200, "{name}: {}", reply.body);
    };
    // The owner's next login is what they typed once, before bcrypt cut it.
    login("laowang", &format!("{long}and more")).await;
    login("laowang", &format!("{long}and less")).await;
    login("laozhang", "123456\0and more").await;
    login("laozhang", "123456").await;
    login("laowang", &long).await;
    for item in service.items("login#", "login").await {
        let hash = item["password"].as_str().expect("a hash");
        assert!(
            hash.starts_with("$argon2id$"),
            "what was all read is replaced"
        );
    }
}

#[tokio::test]
async fn no_digit_of_a_number_for_a_password_gets_lost() {
    let service = Service::start().await;
    let json = r#"{"account":"numbers","password":123456789012345678901,"password_again":123456789012345678901}"#;
    let register = service.post("/api/v1/account/register_with_user_name");
    assert_eq!(
        register.body("application/json", json).await.body["code"],
        200
    );
    for (password, code) in [
        ("123456789012345678901", 200),
        ("123456789012345678902", 201),
    ] {
        let login = service.log_in("numbers", password);
        assert_eq!(login.await.body["code"], code);
        let json = format!(r#"{{"account":"numbers","password":{password}}}"#);
        let login = service.post("/api/v1/account/login");
        let login = login.body("application/json", json);
        assert_eq!(login.await.body["code"], code);
    }
}

#[tokio::test]
async fn a_member_is_made_without_a_session_an_address_or_a_password() {
    let service = Service::start().await;
    let app = &service.app;
    let email: Email = "zoe@example.com".parse().expect("an address");
    let mobile: Mobile = "13912345678".parse().expect("a mobile");
    let identifiers = [email.into(), mobile.into()];
    let made = register::create_member(app, &identifiers, None, &Actor::Import).await;
    let made = made.expect("the member is made");
    let items = service.dump().await;
    assert_eq!(items.len(), 3, "{items:?}");
    let found = tests::invariants::violations(&items, service.now(), &service.key());
    assert_eq!(found, Vec::<String>::new());
    let member = &service.items("member#", "member").await[0];
    assert_eq!(member["changed_by"], "import");
    assert_eq!(member["visit_count"], 0);
    assert_eq!(member["password"], serde_json::Value::Null);

    // No password is theirs, and nobody learns that they have none.
    let none = service.log_in("zoe@example.com", "").await;
    assert_eq!(none.body["message"], "密码不能为空");
    let wrong = service.log_in("zoe@example.com", "123456").await;
    let nobody = service.log_in("nobody", "123456").await;
    assert_eq!(wrong.body["message"], nobody.body["message"]);

    let again = register::create_member(app, &identifiers[1..], None, &Actor::Import).await;
    assert!(matches!(again, Err(RegisterError::Taken)));

    let hash = password::hash(Password::attempt("123456"), &app.random).await;
    let name = ["laowang".parse().expect("a user name")];
    let hash = Some(hash.expect("a hash"));
    let operator = Actor::Operator("arn:aws:iam::123456789012:user/shop".to_owned());
    let other = register::create_member(app, &name, hash, &operator).await;
    assert_ne!(other.expect("the member is made").id, made.id);
    let reply = service.log_in("laowang", "123456").await;
    assert_eq!(reply.body["code"], 200, "{}", reply.body);
}
