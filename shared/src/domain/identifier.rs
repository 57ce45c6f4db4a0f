//! The names a member logs in by, parsed into types that cannot be wrong.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

use crate::base::digest::Digest;

/// Why a text is not a name of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name of this kind")]
pub struct InvalidName;

/// Declares a name: a text that was parsed, kept as it was given, and compared without letter case.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

name! {
    /// 4–16 Chinese characters, Latin letters, digits, `_`, `-`, the first one Chinese or a letter.
    Username
}
name! {
    /// An e-mail address of at most 255 characters.
    Email
}
name! {
    /// A mainland mobile number: 11 digits, `1[3-9]` first.
    Mobile
}

impl FromStr for Username {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let leads = |c: char| c.is_ascii_alphabetic() || is_chinese(c);
        let follows = |c: char| leads(c) || c.is_ascii_digit() || c == '_' || c == '-';
        let good = (4..=16).contains(&text.chars().count())
            && text.starts_with(leads)
            && text.chars().all(follows);
        good.then(|| Self(text.to_owned())).ok_or(InvalidName)
    }
}

impl FromStr for Email {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let options = Options::default()
            .without_display_text()
            .without_domain_literal()
            .with_required_tld();
        let good = text.chars().count() <= 255
            && !text.contains(|c: char| c.is_control() || c.is_whitespace())
            && EmailAddress::parse_with_options(text, options).is_ok();
        good.then(|| Self(text.to_owned())).ok_or(InvalidName)
    }
}

impl FromStr for Mobile {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let good = match text.as_bytes() {
            [b'1', b'3'..=b'9', rest @ ..] => {
                rest.len() == 9 && rest.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        };
        good.then(|| Self(text.to_owned())).ok_or(InvalidName)
    }
}

/// The blocks of the Chinese script in Unicode, without the compatibility forms, which look like
/// other characters.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// What a member logs in by. The three kinds cannot be confused: only an address has an `@`, only
/// a mobile number starts with a digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identifier {
    /// A user name.
    Username(Username),
    /// An e-mail address.
    Email(Email),
    /// A mobile number.
    Mobile(Mobile),
}

impl Identifier {
    /// The form under which it is unique: without regard to letter case.
    #[must_use]
    pub fn key(&self) -> IdentifierKey {
        IdentifierKey(match self {
            Self::Username(name) => name.0.to_lowercase(),
            Self::Email(email) => email.0.to_lowercase(),
            Self::Mobile(mobile) => mobile.0.clone(),
        })
    }
}

impl FromStr for Identifier {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        text.parse()
            .map(Self::Mobile)
            .or_else(|_| text.parse().map(Self::Username))
            .or_else(|_| text.parse().map(Self::Email))
    }
}

/// The form of an identifier under which it is looked up and limited.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentifierKey(String);

impl IdentifierKey {
    /// The key for what was typed into a login form. White space around it is not part of a name;
    /// a text that no member can have is looked up and throttled like any other, by its digest.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let text = text.trim();
        match text.parse::<Identifier>() {
            Ok(login) => login.key(),
            Err(InvalidName) => Self(format!("?{}", short(text))),
        }
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdentifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentifierKey(…)")
    }
}

impl From<Username> for Identifier {
    fn from(name: Username) -> Self {
        Self::Username(name)
    }
}

impl From<Email> for Identifier {
    fn from(email: Email) -> Self {
        Self::Email(email)
    }
}

impl From<Mobile> for Identifier {
    fn from(mobile: Mobile) -> Self {
        Self::Mobile(mobile)
    }
}

/// 72 bits of a text's digest as 12 characters.
fn short(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Digest::of(text.as_bytes()).as_bytes()[..9])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is<T: FromStr>(text: &str) -> bool {
        text.parse::<T>().is_ok()
    }

    #[test]
    fn user_names_follow_the_documented_rule() {
        for good in [
            "abcd",
            "yhsduser",
            "张三李四",
            "会员a-_9",
            "A234567890123456",
        ] {
            assert!(is::<Username>(good), "{good}");
        }
        let bad = "abc 1abc _abc -abc ab@c 12345678901 a2345678901234567 ａｂｃｄ 张三李";
        for bad in bad.split(' ').chain(["", "ab cd", "abcd\n", "用户名😀"]) {
            assert!(!is::<Username>(bad), "{bad}");
        }
    }

    #[test]
    fn mobiles_are_mainland_mobiles() {
        assert!(is::<Mobile>("13800138000") && is::<Mobile>("19912345678"));
        let bad =
            "12800138000 1380013800 138001380000 +8613800138000 1380013800x １３８００１３８０００";
        for bad in bad.split(' ').chain([""]) {
            assert!(!is::<Mobile>(bad), "{bad}");
        }
    }

    #[test]
    fn mail_addresses_are_addresses_and_nothing_more() {
        assert!(is::<Email>("user@youhaosuda.com") && is::<Email>("a.b+c@例子.中国"));
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "a",
            "a@",
            "@b.com",
            "a@b",
            "A <a@b.com>",
            "a@[1.2.3.4]",
            "a@b.com\n",
            &long,
        ] {
            assert!(!is::<Email>(bad), "{bad}");
        }
    }

    #[test]
    fn letter_case_and_surrounding_space_do_not_make_another_name() {
        assert_eq!(
            IdentifierKey::typed(" YhsdUser "),
            IdentifierKey::typed("yhsduser")
        );
        assert_eq!(IdentifierKey::typed("A@B.com").as_str(), "a@b.com");
        assert!(matches!("13800138000".parse(), Ok(Identifier::Mobile(_))));
        assert!(
            IdentifierKey::typed("no such name")
                .as_str()
                .starts_with('?')
        );
    }
}
