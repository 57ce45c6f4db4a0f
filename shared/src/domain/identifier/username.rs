//! User names.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::InvalidName;

name! {
    /// 4–16 Chinese characters, Latin letters, digits, `_`, `-`, the first one Chinese or a letter. Each of
    /// these characters is in its normal form, so names differ where they differ without letter case.
    Username
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

/// The number zero, and the blocks of the Chinese script in Unicode without the compatibility forms,
/// which look like other characters.
const fn is_chinese(c: char) -> bool {
    matches!(c,
        '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{2f7ff}'
        | '\u{2fa20}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_good(text: &str) -> bool {
        text.parse::<Username>().is_ok()
    }

    #[test]
    fn user_names_follow_the_documented_rule() {
        for good in [
            "abcd",
            "yhsduser",
            "张三李四",
            "二〇三〇",
            "〇〇〇〇",
            "会员a-_9",
            "A234567890123456",
        ] {
            assert!(is_good(good), "{good}");
        }
        let bad = "abc 1abc _abc -abc ab@c 12345678901 a2345678901234567 ａｂｃｄ 张三李 abcd\u{3164} \
                   abcd\u{202e} \u{f900}abc \u{2f800}abc ab\u{200b}cd abcd\0";
        for bad in bad.split(' ').chain(["", "ab cd", "abcd\n", "用户名😀"]) {
            assert!(!is_good(bad), "{bad:?}");
        }
    }
}
