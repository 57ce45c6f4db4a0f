//! `POST /v1/site/login`: 登录.

use axum::extract::State;
use shared::{
    app::App,
    domain::{client::Client, identifier::IdentifierKey, password::Password, token::Slot},
    http::{
        envelope::{self, Ok200},
        error::ApiError,
        params::{BodyParams, Params},
    },
    rules::{
        login::{self, Attempt},
        session,
    },
    wire::rageframe::{Field, GROUP, MemberV1, Session, WRONG_CREDENTIALS},
};

const USERNAME: Field = Field::new("username", "登录帐号");
const PASSWORD: Field = Field::new("password", "登录密码");

struct Request {
    identifier: IdentifierKey,
    password: Password,
    group: Slot,
}

impl Request {
    fn read(params: &Params, app: &App) -> Result<Self, ApiError> {
        let login = USERNAME.required(params)?;
        let password = PASSWORD.secret(params)?;
        let group = GROUP.required(params)?;
        let group = app.config.group(group);
        Ok(Self {
            identifier: IdentifierKey::typed(login),
            password: Password::attempt(password),
            group: group.ok_or_else(|| GROUP.refusal("是无效的。"))?,
        })
    }
}

pub(crate) async fn handler(
    State(app): State<App>,
    client: Client,
    BodyParams(params): BodyParams,
) -> Result<Ok200<Session<MemberV1>>, ApiError> {
    let Request {
        identifier,
        password,
        group,
    } = Request::read(&params, &app)?;
    let attempt = Attempt {
        address: client.address,
        identifier,
        password,
    };
    let new = login::login(&app, attempt, session::Group(group), &client, &[])
        .await
        .map_err(|error| error.refusal(app.clock.now(), WRONG_CREDENTIALS))?;
    Ok(envelope::rageframe(
        Session::v1(&new, &app),
        app.clock.now(),
    ))
}
