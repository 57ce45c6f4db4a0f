//! The events that an HTTP API and a REST API send, as AWS documents them.

use serde_json::{Value, json};

/// An event of an HTTP API, payload format 2.0: `rawPath` begins with the stage, `$default` excepted.
pub fn v2(method: &str, stage: &str, path: &str, query: &str, body: &Value) -> Value {
    let raw = match stage {
        "$default" => path.to_owned(),
        stage => format!("/{stage}{path}"),
    };
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": raw,
        "rawQueryString": query,
        "headers": {
            "accept": "*/*",
            "content-type": "application/x-www-form-urlencoded",
            "host": "members.shop.example",
            "x-forwarded-for": "198.51.100.9",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "members.shop.example",
            "domainPrefix": "members",
            "http": {
                "method": method,
                "path": raw,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "a browser",
            },
            "requestId": "gateway-id",
            "routeKey": format!("{method} {path}"),
            "stage": stage,
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1_773_342_238_000_i64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// An event of a REST API: `path` is without the stage, `requestContext.path` with it.
pub fn v1(method: &str, stage: &str, path: &str, body: &Value) -> Value {
    let headers = json!({
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded",
        "Host": "api.execute-api.eu-west-1.amazonaws.com",
        "X-Forwarded-For": "198.51.100.9, 203.0.113.1",
    });
    let many: serde_json::Map<_, _> = (headers.as_object().expect("an object").iter())
        .map(|(name, value)| (name.clone(), json!([value])))
        .collect();
    json!({
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": many,
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "authorizer": null,
            "domainName": "api.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "api",
            "extendedRequestId": "x",
            "httpMethod": method,
            "identity": {
                "accessKey": null,
                "accountId": null,
                "caller": null,
                "sourceIp": "192.0.2.7",
                "user": null,
                "userAgent": "a browser",
                "userArn": null,
            },
            "path": format!("/{stage}{path}"),
            "protocol": "HTTP/1.1",
            "requestId": "gateway-id",
            "requestTime": "12/Mar/2026:19:03:58 +0000",
            "requestTimeEpoch": 1_773_342_238_000_i64,
            "resourceId": "x",
            "resourcePath": path,
            "stage": stage,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// The same event of a caller whose signature the gateway has checked.
pub fn signed(mut event: Value) -> Value {
    event["requestContext"]["authorizer"] = json!({"iam": {
        "accessKey": "AKIA", "accountId": "123456789012", "callerId": "id", "cognitoIdentity": null,
        "principalOrgId": "org", "userArn": "arn:aws:iam::123456789012:user/shop", "userId": "id",
    }});
    event
}
