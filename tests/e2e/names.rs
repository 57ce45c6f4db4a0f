//! Members with several names, and members brought from elsewhere.

use shared::{
    domain::{
        member::{Member, MemberId},
        password::PasswordHash,
    },
    rules::session,
    store::members::NewMember,
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

#[tokio::test]
async fn a_hash_brought_from_rageframe_is_accepted_once_and_replaced() {
    let service = Service::start().await;
    let app = &service.app;
    let id = MemberId::random(&app.random);
    // password_hash('123456', PASSWORD_BCRYPT, ['cost' => 4]) in PHP.
    let hash = bcrypt::hash_with_salt("123456", 4, *b"sixteen salt by.").expect("a hash");
    let hash = PasswordHash::imported(&hash.format_for_version(bcrypt::Version::TwoY));
    let login = "laowang".parse().expect("a user name");
    let member = Member::new(id, login, hash, app.clock.now(), "192.0.2.1");
    let new = session::for_browser(app, id, 0);
    let stored = app
        .store
        .members()
        .create_member(&NewMember {
            session: Some((&new.key, &new.session)),
            ..NewMember::alone(&member)
        })
        .await;
    stored.expect("the member is stored");

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
    let live = service.is_live(&new.tokens.text()).await;
    assert!(live, "a stronger hash ends no session");
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
