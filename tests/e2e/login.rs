//! `POST /v1/site/login` and `POST /api/v1/account/login`.

use serde_json::json;

use crate::support::{START, Service};

#[tokio::test]
async fn a_rageframe_login_gives_the_documented_answer() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    service.advance(5);
    let reply = service
        .post("/v1/site/login")
        .form(&[
            ("username", "YHSDuser"),
            ("password", "123456"),
            ("group", "app"),
        ])
        .await;
    assert_eq!(reply.status, 200);
    let data = &reply.body["data"];
    assert_eq!(
        reply.body,
        json!({
            "code": 200,
            "message": "OK",
            "data": {
                "refresh_token": data["refresh_token"],
                "access_token": data["access_token"],
                "expiration_time": 172_800,
                "member": {
                    "id": data["member"]["id"],
                    "username": "yhsduser",
                    "type": 1,
                    "nickname": "yhsduser",
                    "realname": null,
                    "head_portrait": null,
                    "sex": 0,
                    "qq": null,
                    "email": null,
                    "birthday": null,
                    "user_money": "0.00",
                    "accumulate_money": "0.00",
                    "frozen_money": "0.00",
                    "user_integral": 0,
                    "address_id": "0",
                    "visit_count": 2,
                    "home_phone": null,
                    "mobile": null,
                    "role": 10,
                    "last_time": START + 5,
                    "last_ip": "192.0.2.1",
                    "provinces": 0,
                    "city": 0,
                    "area": 0,
                    "allowance": 2,
                    "allowance_updated_at": START + 5,
                    "status": 10,
                    "append": START,
                    "updated": START + 5,
                },
            },
            "timestamp": START + 5,
        })
    );
}
