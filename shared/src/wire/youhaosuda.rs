//! The Youhaosuda family's words: its customer. Its messages name the field that a client is to
//! show them at, and no other.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    base::clock::Time,
    config::Config,
    domain::{
        identifier::IdentifierKey,
        identity_card,
        member::{Member, Registered, Sex},
        password::Password,
    },
    http::{error::ApiError, params::Params},
};

/// A member as this family shows it: the keys of the published sample, and what themes read beside.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub struct Customer {
    id: u64,
    social_type: bool,
    name: String,
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    metas: Box<RawValue>,
    notify_email: Option<String>,
    notify_phone: Option<String>,
    accept_marketing: bool,
    regist_at: String,
    orders_count: u32,
    total_spent: u64,
    last_order_no: Option<String>,
    last_order_at: Option<String>,
    email: Option<String>,
    mobile: Option<String>,
    uname: Option<String>,
    real_name: Option<String>,
    sex: Sex,
    birthday: Option<String>,
    indentity_card: Option<String>,
    avatar_url: Option<String>,
    point: i64,
    last_year_point: i64,
    total_credit: i64,
    customer_level: Option<()>,
    social_accounts: [(); 0],
    social_id: Option<String>,
    reg_type: u8,
}

impl Customer {
    /// Shows a member as of `now`: points expire with the year.
    #[must_use]
    pub fn new(member: &Member, now: Time) -> Self {
        let (points, _) = member.points.at(now);
        let metas = member.profile.metas.clone().unwrap_or_default();
        Self {
            id: member.id.get(),
            social_type: false,
            name: member.display_name().to_owned(),
            metas: RawValue::from_string(metas).unwrap_or_else(|_| empty_object()),
            notify_email: member.profile.notify_email.clone(),
            notify_phone: member.profile.notify_phone.clone(),
            accept_marketing: false,
            regist_at: member.created_at.rfc3339(),
            orders_count: 0,
            total_spent: 0,
            last_order_no: None,
            last_order_at: None,
            email: member.email.as_ref().map(|email| email.as_str().to_owned()),
            mobile: member
                .mobile
                .as_ref()
                .map(|mobile| mobile.as_str().to_owned()),
            uname: member
                .username
                .as_ref()
                .map(|name| name.as_str().to_owned()),
            real_name: member.profile.real_name.clone(),
            sex: member.profile.sex,
            birthday: member.profile.birthday.clone(),
            indentity_card: (member.profile.identity_card.as_deref()).map(identity_card::masked),
            avatar_url: member.profile.head_portrait.clone(),
            point: points.balance(),
            last_year_point: points.last_year,
            total_credit: 0,
            customer_level: None,
            social_accounts: [],
            social_id: None,
            reg_type: match member.registered {
                Registered::Username => 0,
                Registered::Email => 1,
                Registered::Mobile => 2,
            },
        }
    }
}

fn empty_object() -> Box<RawValue> {
    RawValue::from_string("{}".to_owned()).expect("an empty object is JSON")
}

/// A parameter with what its messages call it.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    name: &'static str,
    label: &'static str,
}

/// The password of a login, or a new one.
pub const PASSWORD: Field = Field::new("password", "密码");

/// The new password, once more.
pub const PASSWORD_AGAIN: Field = Field::new("password_again", "密码");

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
        params.text(self.name).map_err(|_| self.malformed())
    }

    /// The parameter's text as it is, which may not be empty.
    ///
    /// # Errors
    /// Refuses what is no text, or empty.
    pub fn required(self, params: &Params) -> Result<&str, ApiError> {
        let text = self.optional(params)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| self.refusal("不能为空"))
    }

    /// Refuses the parameter for its form.
    #[must_use]
    pub fn malformed(self) -> ApiError {
        self.refusal("格式不正确")
    }

    /// Refuses the parameter: `what` follows what it is called.
    #[must_use]
    pub fn refusal(self, what: &str) -> ApiError {
        ApiError::refused(format!("{}{what}", self.label))
    }
}

/// What is said of a password that would be guessed.
const WEAK_PASSWORD: &str = "密码过于常见，容易被猜到，请换一个";

/// Reads a new password, given twice, of an account with these `names`.
///
/// # Errors
/// Refuses one that is missing, too short, too long, not the same twice, or too easily guessed.
pub fn new_password(
    params: &Params,
    config: &Config,
    names: &[IdentifierKey],
) -> Result<Password, ApiError> {
    let text = PASSWORD.required(params)?;
    let password = Password::new(text).ok_or_else(|| PASSWORD.refusal("长度须为6-255个字符"))?;
    if PASSWORD_AGAIN.optional(params)? != Some(text) {
        return Err(ApiError::refused("两次输入的密码不一致"));
    }
    if config.permits(&password, names) {
        Ok(password)
    } else {
        Err(ApiError::refused(WEAK_PASSWORD))
    }
}
