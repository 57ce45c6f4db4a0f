//! The name of a function that a page wants a captcha handed to (JSONP).

use shared::{
    http::{error::ApiError, params::Params},
    wire::youhaosuda::Field,
};

const CALLBACK: Field = Field::new("callback", "callback");

/// The longest name of a callback.
const MOST_CHARACTERS: usize = 64;

/// The name of a function, safe to write into a script: identifiers with dots between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callback<'a>(&'a str);

impl<'a> Callback<'a> {
    pub(crate) fn read(params: &'a Params) -> Result<Option<Self>, ApiError> {
        let name = CALLBACK.optional(params)?;
        let callback = name.map(|name| Self::parse(name).ok_or_else(|| CALLBACK.malformed()));
        callback.transpose()
    }

    /// Takes a name; `None` where it could be more than the name of a function.
    #[must_use]
    pub fn parse(name: &'a str) -> Option<Self> {
        let is_identifier = |part: &str| {
            let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_$".contains(&byte);
            part.bytes().all(good) && part.bytes().next().is_some_and(|b| !b.is_ascii_digit())
        };
        let good = name.len() <= MOST_CHARACTERS && name.split('.').all(is_identifier);
        good.then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_is_identifiers_with_dots_between() {
        let longest = "x".repeat(64);
        for good in [
            "cb",
            "_",
            "$",
            "jQuery1113_1700000000001",
            "a.b.$c",
            &longest,
        ] {
            assert!(Callback::parse(good).is_some(), "{good}");
        }
        let too_long = "x".repeat(65);
        for bad in [
            "",
            "1a",
            "a.",
            ".a",
            "a..b",
            "a.1",
            "a b",
            "a(b",
            "a[0]",
            "a;b",
            "a-b",
            "回调",
            "a\n",
            "a\u{2028}",
            "<script>",
            &too_long,
        ] {
            assert!(Callback::parse(bad).is_none(), "{bad}");
        }
    }
}
