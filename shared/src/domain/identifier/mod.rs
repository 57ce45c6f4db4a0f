//! The names a member logs in by, parsed into types that cannot be wrong.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{base::digest::Digest, domain::text};

/// Declares a name: a text that was parsed, and is compared without letter case.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name in its one spelling, letter case apart.
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

mod email;
mod invalid_name;
mod mobile;
mod username;

pub use email::Email;
pub use invalid_name::InvalidName;
pub use mobile::Mobile;
pub use username::Username;

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
    /// The identifier in its one spelling, letter case apart.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Username(name) => name.as_str(),
            Self::Email(email) => email.as_str(),
            Self::Mobile(mobile) => mobile.as_str(),
        }
    }

    /// The form under which it is unique: without regard to letter case. What can be a name is in its
    /// normal form otherwise.
    #[must_use]
    pub fn key(&self) -> IdentifierKey {
        IdentifierKey(self.as_str().to_lowercase())
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

/// No name is longer, in any spelling, in bytes.
const LONGEST_TYPED: usize = 2048;

/// The form of an identifier under which it is looked up and limited.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentifierKey(String);

impl IdentifierKey {
    /// The key for what was typed into a login form, in any spelling. White space around it is not part
    /// of a name; a text that no member can have is looked up and throttled like any other, by its
    /// digest.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let folded = if text.len() <= LONGEST_TYPED {
            text::fold(text)
        } else {
            text.to_owned()
        };
        let text = folded.trim();
        match text.parse::<Identifier>() {
            Ok(identifier) => identifier.key(),
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

    #[test]
    fn no_spelling_makes_another_name() {
        for (key, spellings) in [
            (
                "yhsduser",
                [
                    "YhsdUser",
                    " yhsduser\n",
                    "ＹＨＳＤuser",
                    "\u{202d}yhsd\u{200b}user",
                ],
            ),
            (
                "a@xn--fsqu00a.xn--fiqs8s",
                [
                    "A@例子.中国",
                    "a@例子。中国",
                    "ａ＠xn--fsqu00a.xn--fiqs8s",
                    " a@例子.中国 ",
                ],
            ),
            (
                "13800138000",
                [
                    "+86 13800138000",
                    "138-0013-8000",
                    "１３８００１３８０００",
                    "\u{202d}13800138000\u{202c}",
                ],
            ),
            (
                "\u{8c48}〇三a",
                [
                    "\u{f900}〇三A",
                    "\u{8c48}〇三ａ",
                    "\u{8c48}〇三A",
                    "　\u{8c48}〇三a",
                ],
            ),
        ] {
            for text in spellings {
                assert_eq!(IdentifierKey::typed(text).as_str(), key, "{text:?}");
            }
        }
        assert!(matches!("13800138000".parse(), Ok(Identifier::Mobile(_))));
    }

    #[test]
    fn a_text_that_is_nobodys_name_is_a_key_too() {
        let long = "a".repeat(60_000);
        for text in ["no such name", "", "abc", &long] {
            assert!(
                IdentifierKey::typed(text).as_str().starts_with('?'),
                "{text:.20}"
            );
        }
        let key = IdentifierKey::typed;
        assert_eq!(key("No such name "), key("no such name"));
    }
}
