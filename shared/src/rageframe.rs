//! The RageFrame family's words: its members, its tokens, its validation messages (Yii's).

use serde::Serialize;

use crate::{
    app::App,
    auth::expiry,
    clock::Time,
    config::Config,
    error::ApiError,
    member::{Member, Sex},
    names::{Email, Mobile},
    params::Params,
    rules::{login::LoggedIn, refresh::RefreshError},
    token::{Pair, Slot, Token},
};

/// What it says to wrong credentials.
pub const WRONG_CREDENTIALS: &str = "账号或者密码错误";

/// A session's tokens with the member they belong to.
#[derive(Serialize)]
pub struct Session<M> {
    /// Exchanged for the next pair.
    pub refresh_token: String,
    /// Presented with each request.
    pub access_token: String,
    /// How long the access token lives, in seconds.
    pub expiration_time: i64,
    /// The member.
    pub member: M,
}

impl<M> Session<M> {
    /// Shows a pair and the member it belongs to.
    pub fn new(pair: &Pair, app: &App, member: M) -> Self {
        Self::with(pair.refresh.text(), &pair.access, app, member)
    }

    /// Shows a session without a refresh token: a browser's.
    pub fn without_refresh(access: &Token, app: &App, member: M) -> Self {
        Self::with(String::new(), access, app, member)
    }

    fn with(refresh_token: String, access: &Token, app: &App, member: M) -> Self {
        let lifetime = expiry(access, &app.config).seconds() - access.issued().seconds();
        Self {
            refresh_token,
            access_token: access.text(),
            expiration_time: lifetime,
            member,
        }
    }
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

/// The member as login and refresh show it: the keys of the published sample, in its order.
#[derive(Serialize)]
pub struct MemberV1 {
    id: u64,
    username: String,
    r#type: u8,
    nickname: String,
    realname: Option<String>,
    head_portrait: Option<String>,
    sex: u8,
    qq: Option<String>,
    email: Option<String>,
    birthday: Option<String>,
    user_money: &'static str,
    accumulate_money: &'static str,
    frozen_money: &'static str,
    user_integral: i64,
    address_id: &'static str,
    visit_count: u64,
    home_phone: Option<String>,
    mobile: Option<String>,
    role: u8,
    last_time: i64,
    last_ip: String,
    provinces: u32,
    city: u32,
    area: u32,
    allowance: u32,
    allowance_updated_at: i64,
    status: u8,
    append: i64,
    updated: i64,
}

impl MemberV1 {
    /// Shows a member as of `now`: points expire with the year.
    #[must_use]
    pub fn new(member: &Member, config: &Config, now: Time) -> Self {
        let (points, _) = member.points.at(now);
        Self {
            id: member.id.get(),
            username: member.login_name().to_owned(),
            r#type: 1,
            nickname: member.display_name().to_owned(),
            realname: member.profile.real_name.clone(),
            head_portrait: member.profile.head_portrait.clone(),
            sex: sex(member.profile.sex),
            qq: None,
            email: member.email.as_ref().map(|email| email.as_str().to_owned()),
            birthday: member.profile.birthday.clone(),
            user_money: NO_MONEY,
            accumulate_money: NO_MONEY,
            frozen_money: NO_MONEY,
            user_integral: points.balance(),
            address_id: "0",
            visit_count: member.visit_count,
            home_phone: None,
            mobile: member
                .mobile
                .as_ref()
                .map(|mobile| mobile.as_str().to_owned()),
            role: 10,
            last_time: member.last_time.seconds(),
            last_ip: member.last_ip.clone(),
            provinces: 0,
            city: 0,
            area: 0,
            allowance: config.allowance,
            allowance_updated_at: member.last_time.seconds(),
            status: 10,
            append: member.created_at.seconds(),
            updated: member.updated_at.seconds(),
        }
    }
}

/// The member as `up-userinfo` shows it: the keys of the published sample, in its order.
#[derive(Serialize)]
pub struct MemberV2 {
    id: u64,
    merchant_id: u32,
    username: String,
    r#type: u8,
    nickname: String,
    realname: Option<String>,
    head_portrait: Option<String>,
    current_level: u8,
    gender: u8,
    qq: &'static str,
    email: String,
    birthday: Option<String>,
    visit_count: u64,
    home_phone: &'static str,
    mobile: String,
    role: u8,
    last_time: i64,
    last_ip: String,
    province_id: u32,
    city_id: u32,
    area_id: u32,
    pid: u32,
    level: u8,
    tree: &'static str,
    promo_code: &'static str,
    status: u8,
    created_at: i64,
    updated_at: i64,
    append: i64,
    updated: i64,
    account: AccountV2,
}

#[derive(Serialize)]
struct AccountV2 {
    id: u64,
    merchant_id: u32,
    member_id: u64,
    level: i8,
    user_money: &'static str,
    accumulate_money: &'static str,
    give_money: &'static str,
    consume_money: &'static str,
    frozen_money: &'static str,
    user_integral: i64,
    accumulate_integral: i64,
    give_integral: i64,
    consume_integral: String,
    frozen_integral: i64,
    status: u8,
}

impl MemberV2 {
    /// Shows a member as of `now`: points expire with the year.
    #[must_use]
    pub fn new(member: &Member, now: Time) -> Self {
        let (points, _) = member.points.at(now);
        let text = |name: Option<&str>| name.unwrap_or_default().to_owned();
        Self {
            id: member.id.get(),
            merchant_id: 0,
            username: member.login_name().to_owned(),
            r#type: 1,
            nickname: member.display_name().to_owned(),
            realname: member.profile.real_name.clone(),
            head_portrait: member.profile.head_portrait.clone(),
            current_level: 1,
            gender: sex(member.profile.sex),
            qq: "",
            email: text(member.email.as_ref().map(Email::as_str)),
            birthday: member.profile.birthday.clone(),
            visit_count: member.visit_count,
            home_phone: "",
            mobile: text(member.mobile.as_ref().map(Mobile::as_str)),
            role: 10,
            last_time: member.last_time.seconds(),
            last_ip: member.last_ip.clone(),
            province_id: 0,
            city_id: 0,
            area_id: 0,
            pid: 0,
            level: 1,
            tree: "tr_0 ",
            promo_code: "",
            status: 1,
            created_at: member.created_at.seconds(),
            updated_at: member.updated_at.seconds(),
            append: member.created_at.seconds(),
            updated: member.updated_at.seconds(),
            account: AccountV2 {
                id: member.id.get(),
                merchant_id: 0,
                member_id: member.id.get(),
                level: -1,
                user_money: NO_MONEY,
                accumulate_money: NO_MONEY,
                give_money: NO_MONEY,
                consume_money: NO_MONEY,
                frozen_money: NO_MONEY,
                user_integral: points.balance(),
                accumulate_integral: points.credited,
                give_integral: points.credited,
                consume_integral: format!("{}.00", points.spent),
                frozen_integral: 0,
                status: 1,
            },
        }
    }
}

/// Money is a text with two decimals; this service holds none.
const NO_MONEY: &str = "0.00";

const fn sex(sex: Sex) -> u8 {
    match sex {
        Sex::Undefined => 0,
        Sex::Male => 1,
        Sex::Female => 2,
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

const REFRESH_TOKEN: Field = Field::new("refresh_token", "重置令牌");

/// The parameters of both refresh endpoints.
pub struct RefreshRequest<'a> {
    /// The refresh token, as sent.
    pub token: &'a str,
    /// The group it is said to belong to.
    pub group: Slot,
}

impl<'a> RefreshRequest<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Refuses what is missing, and a group that is not configured.
    pub fn read(params: &'a Params, config: &Config) -> Result<Self, ApiError> {
        let token = REFRESH_TOKEN.required(params)?;
        let group = config.group(GROUP.required(params)?);
        let group = group.ok_or_else(|| GROUP.refusal("是无效的。"))?;
        Ok(Self { token, group })
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Expired => Self::expired().saying("您的重置令牌已经过期，请重新登录"),
            RefreshError::Unknown => Self::not_logged_in().saying("找不到用户"),
            RefreshError::Store(error) => error.into(),
        }
    }
}
