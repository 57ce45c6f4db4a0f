//! What is taken back because the request it was done for came to nothing: it alone, and wholly.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::{
    base::{clock::Time, digest::Digest, random::Random},
    domain::identifier::IdentifierKey,
    store::{
        Store, WriteToken,
        limits::login_attempts::{Guess, PER_ACCOUNT},
        members::identifiers::GUARD_AFTER,
        verification::reset_links::NewLink,
    },
};
use tests::proxy::{Fault, Pick, Repeat};

use crate::{
    reset_by_mail::{ASK, EMAIL, ask, link, member},
    support::{
        START, Service,
        gate::{Gate, Orders, Racing},
    },
};

const ADDRESS: &str = "192.0.2.9";

#[tokio::test]
async fn a_link_that_a_fault_came_after_leaves_the_earlier_one_good() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    member(&service).await;
    assert_eq!(ask(&service, EMAIL).await.body["code"], 200);
    let path = link(&service).await;
    for name in [
        "GetItem login/login",
        "TransactWriteItems Update link/link SET #digest Update address/mails SET #expires_at",
    ] {
        service.advance(61);
        script.arm(
            Pick::Named(name.to_owned(), 0),
            Fault::CutAfter,
            Repeat::Stubborn,
        );
        let reply = service.post(ASK).form(&[("email", EMAIL)]).await;
        assert!(script.disarm() > 1, "{name}");
        assert_eq!(reply.body["code"], 500, "{name}");
        let page = service.get(&path).await;
        let page = String::from_utf8(page.bytes).expect("a page is UTF-8");
        assert!(page.contains("name=\"token\""), "{name}: {page}");
    }
    assert_eq!(ask(&service, EMAIL).await.body["code"], 200);
    assert_ne!(link(&service).await, path, "a mail brings another");
    let page = service.get(&path).await;
    let page = String::from_utf8(page.bytes).expect("a page is UTF-8");
    assert!(!page.contains("name=\"token\""), "{page}");
}

#[tokio::test]
async fn a_link_is_taken_back_though_its_clients_address_asked_for_another_meanwhile() {
    let service = Service::start().await;
    let store = &service.app.store;
    let digests = [1, 2, 3].map(|byte: u8| Digest::of(&[byte]));
    let emails = ["a@shop.example", "b@shop.example"].map(IdentifierKey::typed);
    let put = async |digest: usize, email: usize, second: i64| {
        let now = Time::from_seconds(START + second);
        let link = NewLink {
            email: &emails[email],
            digest: &digests[digest],
            until: now.plus_seconds(3600),
        };
        let refused = store.verification().put_link(&link, ADDRESS, now).await;
        assert_eq!(refused.expect("the table answers"), None);
        (link, now)
    };
    put(0, 0, 0).await;
    let (link, now) = put(1, 0, 61).await;
    put(2, 1, 62).await;
    let uncounted = store.verification().uncount_link(&link, ADDRESS, now).await;
    uncounted.expect("the table answers");
    for (digest, email, good) in [(0, 0, true), (1, 0, false), (2, 1, true)] {
        let link = store
            .verification()
            .link(&emails[email].tag(), &digests[digest], now)
            .await;
        assert_eq!(link.expect("the table answers").is_some(), good, "{digest}");
    }
    put(1, 0, 63).await;
    let mails = &service.items("address#", "mails").await[0];
    let times = ["sent_0", "sent_1", "sent_2", "sent_3"].map(|name| mails[name].as_i64());
    let asked = [63, 62, 0].map(|second| Some((START + second) * 1000));
    assert_eq!(times, [asked[0], asked[1], asked[2], Some(0)]);
}

/// Who guesses, and when.
struct Guessing<'a> {
    store: &'a Store,
    login: IdentifierKey,
    now: Time,
    mark: WriteToken,
}

impl Guessing<'_> {
    async fn count(&self) -> usize {
        let Self { login, now, .. } = self;
        let counted = self
            .store
            .limits()
            .count_guess(ADDRESS, login, *now, self.mark);
        match counted.await.expect("the table answers") {
            Guess::Counted(counted) => PER_ACCOUNT - counted.left(),
            Guess::TooMany(until) => panic!("not before {until:?}"),
        }
    }

    async fn uncount(&self, was_counted: bool) {
        let Self { login, now, .. } = self;
        let uncounted =
            self.store
                .limits()
                .uncount_guess(ADDRESS, login, *now, self.mark, was_counted);
        uncounted.await.expect("the table answers");
    }
}

#[tokio::test]
async fn a_guess_is_taken_back_from_among_later_ones_and_only_once() {
    let service = Service::start().await;
    let random = Random::seeded(1);
    let guessing = |name: &str, second: i64| Guessing {
        store: &service.app.store,
        login: IdentifierKey::typed(name),
        now: Time::from_seconds(START + second),
        mark: WriteToken::random(&random),
    };
    let all = async || service.items("address#", "guesses").await[0]["all"].clone();
    let at = |second: i64| json!((START + second) * 1000);
    let guesses = [
        guessing("one", 0),
        guessing("other", 1),
        guessing("one", 2),
        guessing("one", 2),
    ];
    let [first, elsewhere, second, third] = &guesses;
    for guess in &guesses {
        guess.count().await;
    }
    first.uncount(true).await;
    assert_eq!(all().await, json!([at(2), at(2), at(1)]));
    second.uncount(true).await;
    second.uncount(true).await;
    assert_eq!(
        all().await,
        json!([at(2), at(1)]),
        "another of its moment stays"
    );
    // Nobody heard whether it was counted, and the newest change is another.
    third.uncount(false).await;
    assert_eq!(all().await, json!([at(2), at(1)]));
    third.uncount(true).await;
    assert_eq!(all().await, json!([at(1)]));
    elsewhere.uncount(true).await;
    assert_eq!(all().await, json!([]));
    assert_eq!(first.count().await, 1);
}

/// Two logins from one address at once, the first at an account on its guard.
#[tokio::test]
async fn a_refused_guess_does_not_count_whatever_the_address_does_beside_it() {
    let service = Service::start().await;
    let gate = Gate::default();
    let process = || {
        service.with_store(Store::with(
            gate.before(&service.app.aws),
            &service.app.config,
        ))
    };
    service.register("guarded").await;
    service.register("another").await;
    let login = |account: &'static str, password: &'static str| {
        let fields = [("account", account), ("password", password)];
        let login = service.post("/api/v1/account/login").form(&fields);
        login.from(ADDRESS).through(&process())
    };
    let guarded = format!("login#{}", IdentifierKey::typed("guarded").digest());
    let number = |number: i64| AttributeValue::N(number.to_string());
    let put_on_guard = async || {
        let guard = service.client().update_item().table_name(service.table());
        let guard = guard
            .key("pk", AttributeValue::S(guarded.clone()))
            .key("sk", AttributeValue::S("login".to_owned()))
            .update_expression("SET failures = :failures, failing_since = :now")
            .expression_attribute_values(":failures", number(GUARD_AFTER.into()))
            .expression_attribute_values(":now", number(service.now() * 1000));
        guard.send().await.expect("the marker is there");
    };
    for (account, password) in [
        ("guarded", "123456"),
        ("another", "wrong"),
        ("another", "123456"),
    ] {
        let mut orders = Orders::new(7);
        for _ in 0..12 {
            // The address has its one try, and then waits.
            service.advance(601);
            put_on_guard().await;
            let tried = login("guarded", "wrong").await;
            assert_eq!(tried.body["attempts_left"], 0, "{}", tried.body);
            service.advance(1);
            let racing = [("guarded", "123456"), (account, password)].map(|(account, password)| {
                let login: Racing<_> = login(account, password).into_future();
                login
            });
            let (replies, calls) = gate.race(racing, |open| orders.choose(open)).await;
            // The other may stand before it for as long as it is not taken back.
            let wait = replies[0].body["retry_after"].as_i64();
            let wait = wait.filter(|wait| [599, 600].contains(wait));
            service.advance(wait.expect("it has to wait"));
            let waited = login("guarded", "wrong").await;
            assert_eq!(waited.body["attempts_left"], 0, "{calls:?}");
            if !orders.finish().1 {
                break;
            }
        }
    }
}
