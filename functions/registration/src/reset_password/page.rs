//! The pages of the reset link: what they say in Chinese and in English, and the headers that keep
//! them, and the token in their address, to whoever opened the mail.

use std::{fmt::Write as _, sync::LazyLock};

use askama::Template;
use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY,
            X_FRAME_OPTIONS,
        },
    },
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use shared::{
    base::digest::Digest,
    http::{envelope::Outcome, error::ApiError},
};

const CSS: &str = include_str!("../../templates/page.css");

const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// Nothing but the page's own style, by its digest, and its own form.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(Digest::of(CSS.as_bytes()).as_bytes());
    let mut policy = "default-src 'none'; base-uri 'none'; form-action 'self'; ".to_owned();
    // Writing to a String cannot fail.
    let _ = write!(policy, "frame-ancestors 'none'; style-src 'sha256-{style}'");
    HeaderValue::from_str(&policy).expect("a policy of ASCII is a header value")
});

/// What a page shows.
pub(crate) enum Content {
    /// The form for a new password.
    Form(Form),
    /// The password is set.
    Done,
    /// The link is none, or no longer good.
    Invalid,
    /// A fault of ours.
    Fault,
}

/// The form for a new password.
pub(crate) struct Form {
    /// Whose, masked.
    pub email: String,
    /// The link's token.
    pub token: String,
    /// What is wrong with the password.
    pub password_error: Option<&'static str>,
    /// What is wrong with the second one.
    pub again_error: Option<&'static str>,
}

/// A page in the reader's language.
pub(crate) struct Page {
    pub words: &'static Words,
    pub content: Content,
    /// Why, where it is a fault of ours.
    pub fault: Option<String>,
}

#[derive(Template)]
#[template(path = "reset.html")]
struct PageCursor<'a> {
    words: &'a Words,
    content: &'a Content,
    css: &'static str,
}

/// What the pages say.
pub(crate) struct Words {
    lang: &'static str,
    title: &'static str,
    account: &'static str,
    password: &'static str,
    hint: &'static str,
    again: &'static str,
    submit: &'static str,
    ends_sessions: &'static str,
    done_title: &'static str,
    done: &'static str,
    invalid_title: &'static str,
    invalid: &'static str,
    fault_title: &'static str,
    fault: &'static str,
    pub missing: &'static str,
    pub length: &'static str,
    pub differs: &'static str,
    pub weak: &'static str,
}

static CHINESE: Words = Words {
    lang: "zh-CN",
    title: "设置新密码",
    account: "账号",
    password: "新密码",
    hint: "6–255 个字符，可使用任意文字和符号。",
    again: "再次输入新密码",
    submit: "保存新密码",
    ends_sessions: "保存后，所有设备上的登录都会退出。",
    done_title: "密码已更新",
    done: "所有设备上的登录都已退出。请回到商店，用新密码登录。",
    invalid_title: "链接已失效",
    invalid: "它可能已被使用、已过期，或已被更新的链接取代。请回到商店，重新申请重设密码。",
    fault_title: "暂时无法完成",
    fault: "请稍后再试。若链接已失效，请回到商店重新申请。",
    missing: "请输入新密码。",
    length: "密码须为 6–255 个字符。",
    differs: "两次输入的密码不一致。",
    weak: "密码过于常见，容易被猜到，请换一个。",
};

static ENGLISH: Words = Words {
    lang: "en",
    title: "Set a new password",
    account: "Account",
    password: "New password",
    hint: "6 to 255 characters, of any script.",
    again: "New password, once more",
    submit: "Save the new password",
    ends_sessions: "Saving it logs you out on every device.",
    done_title: "Your password is set",
    done: "You have been logged out on every device. Go back to the shop and log in with the new password.",
    invalid_title: "This link no longer works",
    invalid: "It has been used, has expired, or a newer one has replaced it. Go back to the shop and ask for another.",
    fault_title: "That did not work just now",
    fault: "Try again in a while. Should the link no longer work, ask the shop for another.",
    missing: "Enter a new password.",
    length: "The password needs 6 to 255 characters.",
    differs: "The two passwords are not the same.",
    weak: "This password is among the first that a guesser tries. Choose another.",
};

impl Words {
    /// The words in the language that the reader prefers; Chinese where they say neither.
    pub(crate) fn preferred(headers: &HeaderMap) -> &'static Self {
        let header = headers.get(ACCEPT_LANGUAGE);
        let header = header.and_then(|value| value.to_str().ok());
        let mut best = (&CHINESE, 0.0);
        for range in header.unwrap_or_default().split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = match weight.trim().strip_prefix("q=") {
                Some(weight) => weight.trim().parse().unwrap_or(0.0),
                None => 1.0,
            };
            let primary = tag.trim().split('-').next().unwrap_or_default();
            let words = match primary.to_ascii_lowercase().as_str() {
                "zh" => &CHINESE,
                "en" => &ENGLISH,
                _ => continue,
            };
            if weight > best.1 {
                best = (words, weight);
            }
        }
        best.0
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let view = PageCursor {
            words: self.words,
            content: &self.content,
            css: CSS,
        };
        let html = match view.render() {
            Ok(html) => html,
            Err(error) => return ApiError::fault(error).into_response(),
        };
        let headers = [
            (CONTENT_SECURITY_POLICY, POLICY.clone()),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (
                X_ROBOTS_TAG,
                HeaderValue::from_static("noindex, nofollow, noarchive"),
            ),
            (CONTENT_LANGUAGE, HeaderValue::from_static(self.words.lang)),
            (VARY, HeaderValue::from_static("accept-language")),
        ];
        let outcome = Outcome {
            code: match self.content {
                Content::Form(Form {
                    password_error: None,
                    again_error: None,
                    ..
                })
                | Content::Done => 200,
                Content::Form(_) | Content::Invalid => 201,
                Content::Fault => 500,
            },
            fault: self.fault,
            throttled: false,
        };
        let mut response = (headers, Html(html)).into_response();
        response.extensions_mut().insert(outcome);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_readers() {
        for (header, lang) in [
            ("", "zh-CN"),
            ("en-US,en;q=0.9", "en"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
            ("fr, en;q=0.3, zh;q=0.2", "en"),
            ("en;q=0.1, zh-TW;q=0.7", "zh-CN"),
            ("en;q=0", "zh-CN"),
            ("fr", "zh-CN"),
            ("EN", "en"),
        ] {
            let value = HeaderValue::from_str(header).unwrap();
            let headers = [(ACCEPT_LANGUAGE, value)].into_iter().collect();
            assert_eq!(Words::preferred(&headers).lang, lang, "{header}");
        }
        assert_eq!(Words::preferred(&HeaderMap::new()).lang, "zh-CN");
    }
}
