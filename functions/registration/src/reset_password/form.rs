//! `GET` and `POST /reset_password`: the page behind the mail of `reset_password_with_email`, for a
//! browser without JavaScript. The token travels in the query of the link, and in the form from then
//! on: neither is ever in a log.

use std::convert::Infallible;

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use shared::{
    app::App,
    config::Config,
    domain::{
        client_address::ClientAddress,
        identifier::{Email, Identifier},
        password::{self, Password},
    },
    fault::Fault,
    http::{
        cookie,
        error::ApiError,
        origin::SentFrom,
        params::{AnyParams, Params},
    },
    rules::login::{self, Attempt, LoginError},
    store::{
        members::{
            identifiers::Account,
            passwords::{Proof, Reset},
        },
        verification::reset_links::Link,
    },
};

use crate::reset_password::{
    page::{Content, Form, Page, Words},
    token::ResetToken,
};

/// Where the page is; its form names the last part of it.
pub(crate) const PATH: &str = "/reset_password";

/// The page's address for a token, where clients reach the service at `public_url`.
#[must_use]
pub fn link(public_url: &str, token: &ResetToken) -> String {
    [public_url, PATH, "?token=", token.as_str()].concat()
}

pub(crate) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    params: Result<AnyParams, ApiError>,
) -> Result<Page, ApiError> {
    let content = match Sent::read(params) {
        Some(sent) => match found(&app, sent).await? {
            Ok(found) => form(&found, None, None),
            Err(_) => Content::Invalid,
        },
        None => Content::Invalid,
    };
    Ok(page(Words::preferred(&headers), content))
}

pub(crate) async fn submit(
    State(app): State<App>,
    sent_from: Result<SentFrom, Infallible>,
    address: ClientAddress,
    headers: HeaderMap,
    params: Result<AnyParams, ApiError>,
) -> Result<Response, ApiError> {
    let words = Words::preferred(&headers);
    let content = match sent_from {
        // The page's own policy hides where it is from, and its token is nobody else's.
        Ok(SentFrom::OwnPage | SentFrom::HiddenPage) => set(&app, address, words, params).await?,
        Ok(SentFrom::ForeignPage) => Content::Invalid,
        Err(never) => match never {},
    };
    let page = page(words, content);
    Ok(match page.content {
        // Whatever session the browser has, it may be one of those that have just ended.
        Content::Done => (cookie::take_back(&app.config), page).into_response(),
        Content::Form(_) | Content::Invalid | Content::Fault => page.into_response(),
    })
}

/// What a reader sees of a fault, in place of the family's envelope.
pub(crate) fn fault(headers: &HeaderMap, error: &ApiError) -> Response {
    let page = Page {
        words: Words::preferred(headers),
        content: Content::Fault,
        fault: error.cause(),
    };
    page.into_response()
}

/// What was sent with a text that can be a token.
struct Sent {
    token: ResetToken,
    params: Params,
}

impl Sent {
    fn read(params: Result<AnyParams, ApiError>) -> Option<Self> {
        let AnyParams(params) = params.ok()?;
        let token = params.text("token").ok()??.parse().ok()?;
        Some(Self { token, params })
    }
}

/// A good link, and whom it is for.
struct Found {
    link: Link,
    account: Account,
    email: Email,
    sent: Sent,
}

/// Sets the new password. Three round trips, one more for a member with other names.
async fn set(
    app: &App,
    address: ClientAddress,
    words: &Words,
    params: Result<AnyParams, ApiError>,
) -> Result<Content, ApiError> {
    let Some(sent) = Sent::read(params) else {
        return Ok(Content::Invalid);
    };
    let found = match found(app, sent).await? {
        Ok(found) => found,
        Err(sent) => return was_set(app, address, &sent).await,
    };
    let password = match read(&found, words, &app.config) {
        Ok(password) => password,
        Err((first, again)) => return Ok(form(&found, first, again)),
    };
    let hash = password::hash(password, &app.random).await;
    let (hash, proof) = (hash.map_err(Fault::from)?, Proof::Link(&found.link));
    let identifier = Identifier::from(found.email);
    let now = app.clock.now();
    let reset = app
        .store
        .members()
        .reset_password(&identifier, &found.account, hash, proof, now)
        .await?;
    match reset {
        Reset::Done => Ok(Content::Done),
        Reset::ProofGone => was_set(app, address, &found.sent).await,
        Reset::NoMember => Ok(Content::Invalid),
    }
}

/// Answers a form whose link is used up: done, where the same form has used it up a moment before, which
/// is the first of two clicks. It is an attempt at the password like any other.
async fn was_set(app: &App, address: ClientAddress, sent: &Sent) -> Result<Content, ApiError> {
    let (store, digest, now) = (&app.store, sent.token.digest(), app.clock.now());
    let verification = store.verification();
    let used = verification.just_used_link(sent.token.mailbox(), &digest, now);
    let Some(account) = used.await? else {
        return Ok(Content::Invalid);
    };
    let member = store.members().member(account.member).await?;
    let email = member.and_then(|member| member.email);
    let password = sent.params.text("password").ok().flatten();
    let (Some(email), Some(password)) = (email, password) else {
        return Ok(Content::Invalid);
    };
    let attempt = Attempt {
        address,
        identifier: Identifier::from(email).key(),
        password: Password::attempt(password),
    };
    match login::check(app, &attempt).await {
        Ok(right) => {
            login::clear_attempts(app, &attempt, &right).await;
            Ok(Content::Done)
        }
        Err(LoginError::Wrong { .. } | LoginError::TooMany { .. }) => Ok(Content::Invalid),
        Err(LoginError::Fault(fault)) => Err(fault.into()),
    }
}

/// The link that the token leads to, while it is good, and its member's mail address; what was sent where
/// it is not. Two round trips, three read units.
async fn found(app: &App, sent: Sent) -> Result<Result<Found, Sent>, ApiError> {
    let (now, store) = (app.clock.now(), &app.store);
    let digest = sent.token.digest();
    let link = store
        .verification()
        .link(sent.token.mailbox(), &digest, now)
        .await?;
    let Some((link, account)) = link else {
        return Ok(Err(sent));
    };
    let member = store.members().member(account.member).await?;
    Ok(match member.and_then(|member| member.email) {
        Some(email) => Ok(Found {
            link,
            account,
            email,
            sent,
        }),
        None => Err(sent),
    })
}

/// The new password, or what is wrong with the first and the second field.
fn read(
    found: &Found,
    words: &Words,
    config: &Config,
) -> Result<Password, (Option<&'static str>, Option<&'static str>)> {
    let params = &found.sent.params;
    let first = params.text("password").ok().flatten().unwrap_or_default();
    let again = params.text("password_again").ok().flatten();
    if first.is_empty() {
        return Err((Some(words.missing), None));
    }
    let password = Password::new(first).ok_or((Some(words.length), None))?;
    if again != Some(first) {
        return Err((None, Some(words.differs)));
    }
    let names = [Identifier::from(found.email.clone()).key()];
    if config.permits(&password, &names) {
        Ok(password)
    } else {
        Err((Some(words.weak), None))
    }
}

fn form(
    found: &Found,
    password_error: Option<&'static str>,
    again_error: Option<&'static str>,
) -> Content {
    Content::Form(Form {
        email: masked(Identifier::from(found.email.clone()).key().as_str()),
        token: found.sent.token.as_str().to_owned(),
        password_error,
        again_error,
    })
}

const fn page(words: &'static Words, content: Content) -> Page {
    Page {
        words,
        content,
        fault: None,
    }
}

/// An address that its owner knows again, and nobody learns from.
fn masked(email: &str) -> String {
    let (name, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let shown = if name.chars().count() > 3 { 2 } else { 1 };
    let shown: String = name.chars().take(shown).collect();
    [&shown, "***@", domain].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked() {
        assert_eq!(masked("zoe.li@example.com"), "zo***@example.com");
        assert_eq!(masked("zoe@example.com"), "z***@example.com");
        assert_eq!(masked("\"a@b\"@example.com"), "\"a***@example.com");
    }
}
