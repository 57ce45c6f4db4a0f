//! `POST /api/v1/account/save`: 更新顾客信息.

use axum::extract::State;
use serde::Serialize;
use shared::{
    app::App,
    domain::{
        date,
        identifier::{Email, Mobile},
        identity_card,
        member::{Profile, Sex},
        text,
    },
    http::{
        envelope::{self, Flat},
        error::ApiError,
        params::{AnyParams, Params},
    },
    rules::{caller::Authenticated, save_profile},
    wire::youhaosuda::{Customer, Field},
};
use time::Date;

use crate::meta_fields;

const NOTIFY_EMAIL: Field = Field::new("notify_email", "邮箱");
const NOTIFY_PHONE: Field = Field::new("notify_phone", "手机号码");
const REAL_NAME: Field = Field::new("real_name", "真实姓名");
const SEX: Field = Field::new("sex", "性别");
const BIRTHDAY: Field = Field::new("birthday", "生日");
const IDENTITY_CARD: Field = Field::new("indentity_card", "身份证号码");
const NAME: Field = Field::new("name", "昵称");
const META_FIELDS: Field = Field::new("meta_fields", "附加信息");

struct Request(Profile);

impl Request {
    /// Reads the profile as it will be: what is not sent stays, what is sent empty goes.
    fn read(params: &Params, mut profile: Profile, today: Date) -> Result<Self, ApiError> {
        change(params, NOTIFY_EMAIL, &mut profile.notify_email, |text| {
            text.parse::<Email>()
                .ok()
                .map(|email| email.as_str().to_owned())
        })?;
        change(params, NOTIFY_PHONE, &mut profile.notify_phone, |text| {
            text.parse::<Mobile>()
                .ok()
                .map(|mobile| mobile.as_str().to_owned())
        })?;
        change(params, REAL_NAME, &mut profile.real_name, name)?;
        if let Some(text) = SEX.optional(params)? {
            profile.sex = match text {
                "male" => Sex::Male,
                "female" => Sex::Female,
                "undefined" | "" => Sex::Undefined,
                _ => return Err(SEX.malformed()),
            };
        }
        change(params, BIRTHDAY, &mut profile.birthday, |text| {
            date::birthday(text, today)
        })?;
        let card = profile.identity_card.clone();
        change(params, IDENTITY_CARD, &mut profile.identity_card, |text| {
            // A form that is saved as it was shown brings the number masked.
            let is_own = |card: &String| identity_card::masked(card).eq_ignore_ascii_case(text);
            card.filter(is_own)
                .or_else(|| identity_card::normalize(text, today))
        })?;
        change(params, NAME, &mut profile.nickname, name)?;
        change(params, META_FIELDS, &mut profile.metas, meta_fields::read)?;
        Ok(Self(profile))
    }
}

/// Reads a parameter into an attribute of the profile, if it was sent.
fn change(
    params: &Params,
    field: Field,
    attribute: &mut Option<String>,
    parse: impl FnOnce(&str) -> Option<String>,
) -> Result<(), ApiError> {
    if let Some(text) = field.optional(params)?.map(str::trim) {
        *attribute = match text {
            "" => None,
            text => Some(parse(text).ok_or_else(|| field.malformed())?),
        };
    }
    Ok(())
}

fn name(text: &str) -> Option<String> {
    (text.chars().count() <= 50 && text::is_name(text)).then(|| text.to_owned())
}

/// The member as changed.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Saved {
    customer: Customer,
}

pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authenticated,
    AnyParams(params): AnyParams,
) -> Result<Flat<Saved>, ApiError> {
    let now = app.clock.now();
    let Request(profile) = Request::read(&params, caller.member.profile.clone(), now.date())?;
    let member = save_profile::save_profile(&app, &caller, &profile).await?;
    let customer = Customer::new(&member, now);
    Ok(envelope::youhaosuda(Saved { customer }))
}
