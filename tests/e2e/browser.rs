//! What a browser is told: cookies over plain http, CORS, foreign pages, caches, undefined paths.

use serde_json::json;

use crate::support::{
    PUBLIC_URL, RequestBuilder, START, Service, rageframe_refusal, with_password,
};

const SHOP: &str = "https://shop.example";
const THEME: &str = "http://localhost:5173";
const EVIL: &str = "https://evil.example";

async fn service() -> Service {
    Service::with(|config| config.origins = vec![THEME.parse().expect("an origin")]).await
}

#[tokio::test]
async fn a_foreign_page_cannot_use_the_cookie_to_change_anything() {
    let service = service().await;
    let token = service.register("yhsduser").await;
    let before = service.dump().await;
    let save = || {
        service
            .post("/api/v1/account/save")
            .cookie(&token)
            .form(&[("name", "x")])
    };
    let up = || {
        let request = service
            .post("/v2/customer/account/up-userinfo")
            .cookie(&token);
        request.form(&[("nickname", "x")])
    };
    let logout = || service.post("/api/v1/account/logout").cookie(&token);
    for origin in [
        EVIL,
        "null",
        "https://shop.example.evil.example",
        "shop.example",
    ] {
        for request in [save(), logout()] {
            let reply = request.header("origin", origin).await;
            assert_eq!(
                reply.body,
                json!({"code": 201, "message": "不允许的请求来源"})
            );
        }
        let reply = up().header("origin", origin).await;
        assert_eq!(
            reply.body,
            rageframe_refusal(422, "不允许的请求来源", START)
        );
    }
    assert_eq!(service.dump().await, before);
    for origin in [SHOP, THEME] {
        assert_eq!(save().header("origin", origin).await.body["code"], 200);
    }
    assert_eq!(save().await.body["code"], 200, "no browser says no origin");
    let bearer = service
        .post("/api/v1/account/save")
        .bearer(&token)
        .header("origin", EVIL);
    assert_eq!(
        bearer.await.body["code"],
        200,
        "a token that was not sent by itself is one"
    );
    let current = service
        .get("/api/v1/account/current")
        .cookie(&token)
        .header("origin", EVIL);
    assert!(
        current.await.body["customer"].is_object(),
        "reading changes nothing"
    );
}

/// Every request that sets the cookie, or takes it from the browser without a session.
fn setting(service: &Service) -> Vec<RequestBuilder> {
    let register = |path: &str, account: &str| {
        let path = format!("/api/v1/account/{path}");
        service.post(&path).form(&with_password(account, "654321"))
    };
    vec![
        service.log_in("yhsduser", "123456"),
        register("register_with_user_name", "attacker"),
        register("register_with_email", "attacker@shop.example"),
        service.register_mobile("13912345678", "123456"),
    ]
}

#[tokio::test]
async fn a_foreign_page_cannot_log_a_browser_in() {
    let service = service().await;
    service.register("yhsduser").await;
    let before = service.dump().await;
    for origin in [
        EVIL,
        "null",
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example.evil.example",
    ] {
        for request in setting(&service) {
            let reply = request.header("origin", origin).await;
            let refusal = json!({"code": 201, "message": "不允许的请求来源"});
            assert_eq!(reply.body, refusal, "{origin}");
            assert_eq!(reply.cookie(), None);
        }
    }
    for request in setting(&service) {
        let reply = request.header("origin", SHOP).header("origin", SHOP).await;
        assert_eq!(reply.body["message"], "不允许的请求来源");
    }
    assert_eq!(service.dump().await, before);
    for origin in [SHOP, THEME, "https://shop.example:443", PUBLIC_URL] {
        let login = service
            .log_in("yhsduser", "123456")
            .header("origin", origin);
        assert_eq!(login.await.body["code"], 200, "{origin}");
    }
    let login = service.log_in("yhsduser", "123456").await;
    assert_eq!(login.body["code"], 200, "no browser says no origin");
    let group = service.log_in_to("app", "yhsduser", "123456");
    let group = group.header("origin", EVIL).await;
    assert_eq!(group.body["code"], 200, "it sets no cookie");
}

#[tokio::test]
async fn the_own_host_is_compared_with_its_port_and_scheme() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    for (host, origin, code) in [
        ("shop.example:443", SHOP, 200),
        ("SHOP.example", SHOP, 200),
        ("shop.example:8443", "https://shop.example:8443", 200),
        ("shop.example:8443", SHOP, 201),
        ("shop.example:80", "http://shop.example", 201),
    ] {
        let save = service.post("/api/v1/account/save").cookie(&token);
        let save = save
            .form(&[("name", "x")])
            .host(host)
            .header("origin", origin);
        assert_eq!(save.await.body["code"], code, "{host} {origin}");
    }
    let plain = Service::with(|config| config.cookie_secure = false).await;
    let token = plain.register("yhsduser").await;
    for (origin, code) in [
        ("http://localhost:8080", 200),
        ("https://localhost:8080", 201),
    ] {
        let save = plain.post("/api/v1/account/save").cookie(&token);
        let save = save.form(&[("name", "x")]).host("localhost:8080");
        assert_eq!(save.header("origin", origin).await.body["code"], code);
    }
}

#[tokio::test]
async fn a_foreign_page_gets_nothing_from_a_cookie_beside_a_dead_token() {
    let service = service().await;
    let token = service.register("yhsduser").await;
    let dead = service.browser("yhsduser").await;
    service.post("/api/v1/account/logout").cookie(&dead).await;
    let before = service.dump().await;
    for request in [
        service.post("/api/v1/account/save").bearer(&dead),
        service.post(&format!("/api/v1/account/save?access-token={dead}")),
    ] {
        let reply = request.cookie(&token).header("origin", EVIL).await;
        assert_eq!(reply.body, json!({"code": 212, "message": "请先登录"}));
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn configured_origins_may_call_with_credentials_and_others_may_not() {
    let service = service().await;
    let preflight = |origin| -> RequestBuilder {
        service
            .request("OPTIONS", "/api/v1/account/login")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,x-api-key")
    };
    let reply = preflight(THEME).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["access-control-allow-origin"], THEME);
    assert_eq!(reply.headers["access-control-allow-credentials"], "true");
    let methods = "GET,POST,PUT,DELETE";
    assert_eq!(reply.headers["access-control-allow-methods"], methods);
    let allowed = "authorization,content-type,x-api-key,x-requested-with,device-name,device-id,\
                   width,height,os,os-version,merchant-id,store-id,api-version,app-version";
    assert_eq!(reply.headers["access-control-allow-headers"], allowed);
    let foreign = preflight(EVIL).await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));

    let current = |origin| {
        service
            .get("/api/v1/account/current")
            .header("origin", origin)
    };
    let reply = current(THEME).await;
    assert_eq!(reply.headers["access-control-allow-origin"], THEME);
    assert_eq!(reply.headers["access-control-allow-credentials"], "true");
    let foreign = current(EVIL).await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn nothing_is_kept_by_a_cache() {
    let service = Service::start().await;
    let login = service.post("/v1/site/login");
    for request in [
        login,
        service.get("/api/v1/account/current"),
        service.get("/undefined"),
    ] {
        let reply = request.await;
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn an_undefined_path_or_method_is_the_gateways_404() {
    let service = Service::start().await;
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/v1/site/logout"),
        ("GET", "/v1/site/login"),
        ("DELETE", "/api/v1/account/current"),
        ("OPTIONS", "/api/v1/account/current"),
        ("POST", "/v1/site/login/"),
    ] {
        let reply = service.request(method, path).await;
        assert_eq!(reply.status, 404, "{method} {path}");
        assert_eq!(reply.bytes, br#"{"message":"Not Found"}"#);
    }
}

#[tokio::test]
async fn a_head_is_undefined_though_the_get_is_not() {
    let service = Service::start().await;
    let reply = service.request("HEAD", "/api/v1/account/current").await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn plain_http_is_for_development() {
    let service = Service::with(|config| config.cookie_secure = false).await;
    service.register("yhsduser").await;
    let reply = service.log_in("yhsduser", "123456").await;
    let cookie = reply.headers["set-cookie"].to_str().expect("text");
    assert!(!cookie.contains("Secure"), "{cookie}");
}
