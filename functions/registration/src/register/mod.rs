//! `POST /api/v1/account/register_with_user_name` and `register_with_email`: 注册顾客账号.

pub(crate) mod with_mobile;

use axum::{extract::State, response::IntoResponse};
use serde::Serialize;
use shared::{
    app::App,
    config::Config,
    domain::{
        client::Client,
        identifier::{Email, Identifier, Username},
        password::Password,
        token::Token,
    },
    http::{
        cookie, envelope,
        error::ApiError,
        origin::FromOwnPage,
        params::{AnyParams, Params},
    },
    rules::{
        register::{self, RegisterError, TooManyRegistrations},
        session::LoggedIn,
    },
    wire::youhaosuda::{self, Customer, Field},
};

use crate::verification::codes;

/// Clients show a message with `用户名` or `邮箱` at the account's field.
const USER_NAME: Field = Field::new("account", "用户名");
const EMAIL: Field = Field::new("account", "邮箱");

struct Request {
    identifier: Identifier,
    password: Password,
}

impl Request {
    fn with_user_name(params: &Params, config: &Config) -> Result<Self, ApiError> {
        let name: Username = (account(params, USER_NAME)?.parse()).map_err(|_| {
            USER_NAME.refusal("须为4-16位中文、英文字母、数字、_或-，且以中文或英文字母开头")
        })?;
        Self::read(params, config, name.into())
    }

    fn with_email(params: &Params, config: &Config) -> Result<Self, ApiError> {
        let email: Email = account(params, EMAIL)?
            .parse()
            .map_err(|_| EMAIL.malformed())?;
        Self::read(params, config, email.into())
    }

    fn read(params: &Params, config: &Config, identifier: Identifier) -> Result<Self, ApiError> {
        let password = youhaosuda::new_password(params, config, &[identifier.key()])?;
        Ok(Self {
            identifier,
            password,
        })
    }
}

fn account(params: &Params, field: Field) -> Result<&str, ApiError> {
    field.required(params).map(str::trim)
}

/// Who has registered.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Registered {
    customer: Customer,
}

pub(crate) async fn with_user_name(
    State(app): State<App>,
    _: FromOwnPage,
    client: Client,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let request = Request::with_user_name(&params, &app.config)?;
    register(&app, client, USER_NAME, request).await
}

pub(crate) async fn with_email(
    State(app): State<App>,
    _: FromOwnPage,
    client: Client,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let request = Request::with_email(&params, &app.config)?;
    register(&app, client, EMAIL, request).await
}

async fn register(
    app: &App,
    client: Client,
    field: Field,
    Request {
        identifier,
        password,
    }: Request,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let counted = register::count(app, client, false).await;
    let counted = counted.map_err(|error| too_many(app, error))?;
    let new = register::register(app, counted, identifier, password, None).await;
    let new = new.map_err(|error| refusal(app, field, error))?;
    Ok(answer(app, &new))
}

/// Refuses a registration for the account's field.
pub(crate) fn refusal(app: &App, account: Field, error: RegisterError) -> ApiError {
    match error {
        RegisterError::Taken => account.refusal("已被注册"),
        RegisterError::CodeGone => codes::gone(),
        RegisterError::TooManyPasswords { until } => ApiError::too_many(app.clock.now(), until),
        RegisterError::Fault(fault) => fault.into(),
    }
}

/// Refuses an attempt to register of an address that made too many.
pub(crate) fn too_many(app: &App, error: TooManyRegistrations) -> ApiError {
    match error {
        TooManyRegistrations::TooMany { until } => ApiError::too_many(app.clock.now(), until),
        TooManyRegistrations::Store(error) => error.into(),
    }
}

/// Hands a new member's session over.
pub(crate) fn answer(app: &App, new: &LoggedIn<Token>) -> impl IntoResponse + use<> {
    let customer = Customer::new(&new.member, app.clock.now());
    (
        cookie::hand_over(&new.tokens, &app.config),
        envelope::youhaosuda(Registered { customer }),
    )
}
