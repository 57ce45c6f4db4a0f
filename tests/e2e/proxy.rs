//! The faulty way to AWS does as it is told: what the tests of faults and the load rest on.

use serde_json::json;
use shared::base::random::Random;
use tests::proxy::{Fault, Pick, Rate, Repeat};

use crate::support::{Service, mobile::REGIST_SMS};

const FAST: [Fault; 6] = [
    Fault::Throttled,
    Fault::ServerError,
    Fault::TransactionConflict,
    Fault::Malformed,
    Fault::CutBefore,
    Fault::CutAfter,
];

#[tokio::test]
async fn calls_are_named_alike_for_every_member() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let mut names = Vec::new();
    for name in ["alice-1", "bertha-2"] {
        script.record();
        let token = service.register(name).await;
        service.get("/api/v1/account/current").cookie(&token).await;
        let calls = script.recorded();
        names.push(calls.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    assert_eq!(
        names[0],
        [
            "UpdateItem address/hour SET #expires_at",
            "TransactWriteItems Put member/member Put login/login Put member/session",
            "BatchGetItem member/session member/member",
        ]
    );
    assert_eq!(names[0], names[1]);
}

#[tokio::test]
async fn a_call_broken_once_gets_through_and_one_broken_stubbornly_does_not() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    service.register("yhsduser").await;
    let fields = [("account", "yhsduser"), ("password", "123456")];
    for fault in FAST {
        for (repeat, code) in [(Repeat::Once, 200), (Repeat::Stubborn, 500)] {
            let visit = "UpdateItem member/member SET #updated_at".to_owned();
            script.arm(Pick::Named(visit, 0), fault, repeat);
            let reply = service.post("/api/v1/account/login").form(&fields).await;
            let struck = script.disarm();
            assert_eq!(reply.body["code"], code, "{fault:?} {repeat:?}");
            assert_eq!(struck > 1, repeat == Repeat::Stubborn, "{fault:?}");
            assert!(struck > 0, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_carrier_is_broken_like_the_table() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    script.arm(
        Pick::Named("Publish".to_owned(), 0),
        Fault::ServerError,
        Repeat::Once,
    );
    let reply = service.ask(REGIST_SMS, "13800138000").await;
    assert_eq!(script.disarm(), 1);
    assert_eq!(
        reply.body,
        json!({"code": 201, "message": "短信发送失败，请稍后再试"})
    );
    assert_eq!(service.messages().await, 0);
}

#[tokio::test]
async fn faults_at_random_come_as_often_as_said() {
    let (service, script) = Service::faulty(|_| {}, |_| {}).await;
    let token = service.register("yhsduser").await;
    script.at_random(Rate {
        per_million: 200_000,
        faults: vec![Fault::Throttled, Fault::CutAfter],
        random: Random::seeded(7),
    });
    for _ in 0..100 {
        let reply = service.get("/api/v1/account/current").cookie(&token).await;
        assert_eq!(reply.body["code"], 200);
    }
    let struck = script.disarm();
    assert!((5..60).contains(&struck), "{struck}");
}
