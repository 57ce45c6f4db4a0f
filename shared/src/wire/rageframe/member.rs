//! The member as the RageFrame family shows it, in the two forms that are published.

use serde::Serialize;

use crate::{
    base::clock::Time,
    config::Config,
    domain::{
        identifier::{Email, Mobile},
        member::{Member, Sex},
    },
};

/// The member as login and refresh show it: the keys of the published sample, in its order.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
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
