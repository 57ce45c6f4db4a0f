//! The two envelopes: every answer of the application has status 200 and a `code`.

use std::borrow::Cow;

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    base::clock::{Clock, Time},
    http::error::{ApiError, Kind},
};

/// Which published API a route belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `{"code","message","data","timestamp"}`
    RageFrame,
    /// `{"code","message", …}`
    Youhaosuda,
}

/// What an answer was, for the log.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The answer's `code`.
    pub code: u16,
    /// Why, where it is a fault of ours.
    pub fault: Option<String>,
    /// Whether it was refused for too many attempts.
    pub throttled: bool,
}

/// Turns an [`ApiError`] into its family's envelope: the last thing done to a response.
pub(crate) async fn close(
    State((family, clock)): State<(Family, Clock)>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        Some(error) => family.refusal(&error, clock.now()),
        None => response,
    }
}

impl Family {
    fn refusal(self, error: &ApiError, now: Time) -> Response {
        let code = self.code(error.kind);
        let message = match &error.message {
            Some(message) => message.clone(),
            None => self.sentence(error.kind),
        };
        let retry_after = match error.kind {
            Kind::TooMany { retry_after } => Some(retry_after),
            Kind::Refused
            | Kind::CaptchaNeeded
            | Kind::NotLoggedIn
            | Kind::Expired
            | Kind::Fault => None,
        };
        let (rageframe, youhaosuda) = (self == Self::RageFrame, self == Self::Youhaosuda);
        let body = Json(Refusal {
            code,
            message,
            retry_after,
            attempts_left: error.attempts_left.filter(|_| youhaosuda),
            balance: error.balance.filter(|_| youhaosuda),
            data: rageframe.then_some([]),
            timestamp: rageframe.then(|| now.seconds()),
        });
        let fault = error.cause();
        let outcome = Outcome {
            code,
            fault,
            throttled: retry_after.is_some(),
        };
        with_outcome(body.into_response(), outcome)
    }

    const fn code(self, kind: Kind) -> u16 {
        match (self, kind) {
            (Self::RageFrame, Kind::Refused | Kind::CaptchaNeeded) => 422,
            (Self::RageFrame, Kind::NotLoggedIn | Kind::Expired) => 401,
            (Self::RageFrame, Kind::TooMany { .. }) => 429,
            (Self::Youhaosuda, Kind::Refused | Kind::TooMany { .. }) => 201,
            (Self::Youhaosuda, Kind::NotLoggedIn | Kind::Expired) => 212,
            (Self::Youhaosuda, Kind::CaptchaNeeded) => 214,
            (Self::RageFrame | Self::Youhaosuda, Kind::Fault) => 500,
        }
    }

    fn sentence(self, kind: Kind) -> Cow<'static, str> {
        match (self, kind) {
            (_, Kind::Refused) => "请求无法完成".into(),
            (_, Kind::CaptchaNeeded) => "请输入图片中的字符".into(),
            (Self::RageFrame, Kind::NotLoggedIn) => "您的登录已经失效，请重新登录".into(),
            (Self::RageFrame, Kind::Expired) => "您的登录验证已经过期，请重新登录".into(),
            (Self::Youhaosuda, Kind::NotLoggedIn | Kind::Expired) => "请先登录".into(),
            (_, Kind::TooMany { retry_after }) => {
                format!("尝试次数过多，请在{}后再试", duration(retry_after)).into()
            }
            (_, Kind::Fault) => "服务暂时不可用，请稍后再试".into(),
        }
    }
}

/// Seconds in words: whole minutes from two minutes on, whole hours from two hours on.
#[must_use]
pub fn duration(seconds: i64) -> String {
    if seconds < 120 {
        format!("{seconds}秒")
    } else if seconds < 7200 {
        format!("{}分钟", (seconds + 59) / 60)
    } else {
        format!("{}小时", (seconds + 3599) / 3600)
    }
}

/// A refusal of either family: each has its own of these keys.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Refusal {
    code: u16,
    message: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<i64>,
}

/// A good answer of the RageFrame family.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(inline))]
pub struct Ok200<T> {
    #[cfg_attr(feature = "openapi", schemars(extend("const" = 200)))]
    code: u16,
    message: &'static str,
    data: T,
    timestamp: i64,
}

/// Answers in the RageFrame family.
pub fn rageframe<T>(data: T, now: Time) -> Ok200<T> {
    rageframe_saying("OK", data, now)
}

/// Answers in the RageFrame family with a sentence of its own.
pub fn rageframe_saying<T>(message: &'static str, data: T, now: Time) -> Ok200<T> {
    Ok200 {
        code: 200,
        message,
        data,
        timestamp: now.seconds(),
    }
}

impl<T: Serialize> IntoResponse for Ok200<T> {
    fn into_response(self) -> Response {
        done(Json(self).into_response())
    }
}

/// A good answer of the Youhaosuda family: `T`'s keys beside `code` and `message`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(inline))]
pub struct Flat<T> {
    #[cfg_attr(feature = "openapi", schemars(extend("const" = 200)))]
    code: u16,
    message: &'static str,
    #[serde(flatten)]
    body: T,
}

/// Answers in the Youhaosuda family; `()` where there is nothing to add.
pub const fn youhaosuda<T>(body: T) -> Flat<T> {
    Flat {
        code: 200,
        message: "",
        body,
    }
}

impl<T: Serialize> IntoResponse for Flat<T> {
    fn into_response(self) -> Response {
        done(Json(self).into_response())
    }
}

fn done(response: Response) -> Response {
    let outcome = Outcome {
        code: 200,
        fault: None,
        throttled: false,
    };
    with_outcome(response, outcome)
}

fn with_outcome(mut response: Response, outcome: Outcome) -> Response {
    response.extensions_mut().insert(outcome);
    response
}
