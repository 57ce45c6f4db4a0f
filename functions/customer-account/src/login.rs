//! `POST /api/v1/account/login`: 顾客登录.

use axum::{extract::State, response::IntoResponse};
use serde::Serialize;
use shared::{
    app::App,
    domain::{client::Client, identifier::IdentifierKey, password::Password},
    http::{
        auth::BrowserTokens,
        cookie, envelope,
        error::ApiError,
        origin::FromOwnPage,
        params::{AnyParams, Params},
    },
    rules::{
        login::{self, Attempt},
        session,
    },
    wire::youhaosuda::{Customer, Field, PASSWORD},
};

/// Clients show a message with `用户` at this field, and any other at the password's.
const ACCOUNT: Field = Field::new("account", "用户名");

const WRONG_CREDENTIALS: &str = "账号或密码不正确";

struct Request {
    identifier: IdentifierKey,
    password: Password,
}

impl Request {
    fn read(params: &Params) -> Result<Self, ApiError> {
        let account = ACCOUNT.required(params)?;
        let password = PASSWORD.required(params)?;
        Ok(Self {
            identifier: IdentifierKey::typed(account),
            password: Password::attempt(password),
        })
    }
}

/// Who has logged in.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LoggedIn {
    account: String,
    customer: Customer,
}

pub(crate) async fn handler(
    State(app): State<App>,
    _: FromOwnPage,
    client: Client,
    BrowserTokens(brought): BrowserTokens,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let Request {
        identifier,
        password,
    } = Request::read(&params)?;
    let attempt = Attempt {
        address: client.address,
        identifier,
        password,
    };
    let new = login::login(&app, attempt, session::Browser, &client, &brought)
        .await
        .map_err(|error| error.refusal(app.clock.now(), WRONG_CREDENTIALS))?;
    let answer = LoggedIn {
        account: new.member.login_name().to_owned(),
        customer: Customer::new(&new.member, app.clock.now()),
    };
    Ok((
        cookie::hand_over(&new.tokens, &app.config),
        envelope::youhaosuda(answer),
    ))
}
