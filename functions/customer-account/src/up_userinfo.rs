//! `POST /v2/customer/account/up-userinfo`: 修改个人资料.

use axum::extract::State;
use shared::{
    app::App,
    domain::{client_address::ClientAddress, member::Profile, text},
    http::{
        envelope::{self, Ok200},
        error::ApiError,
        params::{BodyParams, Params},
    },
    rules::{caller::Authenticated, refresh, save_profile},
    wire::rageframe::{Field, MemberV2, Session},
};
use url::Url;

const NICKNAME: Field = Field::new("nickname", "昵称");
const HEAD_PORTRAIT: Field = Field::new("head_portrait", "头像");
const REALNAME: Field = Field::new("realname", "真实姓名");

struct Request(Profile);

impl Request {
    /// Reads the profile as it will be: what is not sent stays, what is sent empty goes.
    fn read(params: &Params, mut profile: Profile) -> Result<Self, ApiError> {
        let nickname = NICKNAME.required(params)?;
        name(NICKNAME, nickname)?;
        profile.nickname = Some(nickname.to_owned());
        if let Some(url) = HEAD_PORTRAIT.optional(params)? {
            HEAD_PORTRAIT.at_most(url, 500)?;
            if !url.is_empty() && !is_web_address(url) {
                return Err(HEAD_PORTRAIT.refusal("不是一条有效的URL。"));
            }
            profile.head_portrait = Some(url.to_owned()).filter(|url| !url.is_empty());
        }
        if let Some(real_name) = REALNAME.optional(params)? {
            if !real_name.is_empty() {
                name(REALNAME, real_name)?;
            }
            profile.real_name = Some(real_name.to_owned()).filter(|name| !name.is_empty());
        }
        Ok(Self(profile))
    }
}

/// Refuses what cannot be shown as a name.
fn name(field: Field, text: &str) -> Result<(), ApiError> {
    field.at_most(text, 50)?;
    if text::is_name(text) {
        Ok(())
    } else {
        Err(field.refusal("是无效的。"))
    }
}

fn is_web_address(url: &str) -> bool {
    // The parser forgives a lot; a page that puts the URL into an attribute may not.
    let risky = |c: char| text::is_invisible(c) || c.is_whitespace() || "\"'<>\\`".contains(c);
    let lower = url.to_ascii_lowercase();
    let web = lower.starts_with("http://") || lower.starts_with("https://");
    web && !url.contains(risky) && Url::parse(url).is_ok_and(|url| url.has_host())
}

pub(crate) async fn handler(
    State(app): State<App>,
    address: ClientAddress,
    caller: Authenticated,
    BodyParams(params): BodyParams,
) -> Result<Ok200<Session<MemberV2>>, ApiError> {
    let Request(profile) = Request::read(&params, caller.member.profile.clone())?;
    let now = app.clock.now();
    let answer = if let Some(refresh) = caller.session.refresh {
        let saved = refresh::save_and_rotate(&app, address, caller, refresh, profile).await?;
        let new = saved.ok_or_else(ApiError::not_logged_in)?;
        Session::new(&new.tokens, &app, MemberV2::new(&new.member, now))
    } else {
        // A browser's session has no pair to rotate: it goes on with the cookie it has.
        let member = save_profile::save_profile(&app, &caller, &profile).await?;
        Session::of_browser(&caller.token, &app, MemberV2::new(&member, now))
    };
    Ok(envelope::rageframe(answer, now))
}
