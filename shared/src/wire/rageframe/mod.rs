//! The RageFrame family's words: its tokens, its validation messages (Yii's). Its members stand in
//! `member`, and the endpoint that two functions serve in [`refresh`].

mod member;
pub mod refresh;

pub use member::{MemberV1, MemberV2};

use serde::Serialize;

use crate::{
    app::App,
    config::lifetime::access_expiry,
    domain::token::{Pair, Token},
    http::{error::ApiError, params::Params},
    rules::session::LoggedIn,
};

/// What it says to wrong credentials.
pub const WRONG_CREDENTIALS: &str = "账号或者密码错误";

/// A session's tokens with the member they belong to.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "Session{M}"))]
pub struct Session<M> {
    /// Exchanged for the next pair.
    pub refresh_token: String,
    /// Sent with each request.
    pub access_token: String,
    /// How long the access token lives, in seconds.
    pub expiration_time: i64,
    /// The member.
    pub member: M,
}

impl<M> Session<M> {
    /// Shows a pair and the member it belongs to.
    pub fn new(pair: &Pair, app: &App, member: M) -> Self {
        Self {
            refresh_token: pair.refresh.text(),
            access_token: pair.access.text(),
            expiration_time: lifetime(&pair.access, app),
            member,
        }
    }

    /// Shows a browser's session. Its token is the cookie's value, which a page's script must not
    /// learn: both tokens are empty.
    pub fn of_browser(token: &Token, app: &App, member: M) -> Self {
        Self {
            refresh_token: String::new(),
            access_token: String::new(),
            expiration_time: lifetime(token, app),
            member,
        }
    }
}

fn lifetime(access: &Token, app: &App) -> i64 {
    access_expiry(access, &app.config).seconds() - access.issued().seconds()
}

impl Session<MemberV1> {
    /// Shows a login or a refresh.
    #[must_use]
    pub fn v1(new: &LoggedIn<Pair>, app: &App) -> Self {
        Self::new(
            &new.tokens,
            app,
            MemberV1::new(&new.member, &app.config, app.clock.now()),
        )
    }
}

/// A parameter with the label that its messages begin with.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    name: &'static str,
    label: &'static str,
}

impl Field {
    /// The parameter `name`, which messages call `label`.
    #[must_use]
    pub const fn new(name: &'static str, label: &'static str) -> Self {
        Self { name, label }
    }

    /// The parameter's text; `None` where it was not sent.
    ///
    /// # Errors
    /// Refuses what is no text.
    pub fn optional(self, params: &Params) -> Result<Option<&str>, ApiError> {
        let text = params.text(self.name);
        text.map_err(|_| self.refusal("必须是一条字符串。"))
    }

    /// The parameter's text, which may not be blank.
    ///
    /// # Errors
    /// Refuses what is no text, or blank.
    pub fn required(self, params: &Params) -> Result<&str, ApiError> {
        let text = self
            .optional(params)?
            .filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| self.refusal("不能为空。"))
    }

    /// The parameter's text as it is, which may not be empty: a password may be of spaces.
    ///
    /// # Errors
    /// Refuses what is no text, or empty.
    pub fn secret(self, params: &Params) -> Result<&str, ApiError> {
        let text = self.optional(params)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| self.refusal("不能为空。"))
    }

    /// Refuses a text of more than `most` characters.
    ///
    /// # Errors
    /// The refusal.
    pub fn at_most(self, text: &str, most: usize) -> Result<(), ApiError> {
        if text.chars().count() > most {
            Err(self.refusal(&format!("只能包含至多{most}个字符。")))
        } else {
            Ok(())
        }
    }

    /// Refuses the parameter: `what` follows its label.
    #[must_use]
    pub fn refusal(self, what: &str) -> ApiError {
        ApiError::refused(format!("{}{what}", self.label))
    }
}

/// The group a session belongs to.
pub const GROUP: Field = Field::new("group", "组别");
