//! Mobile numbers of mainland China.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::InvalidName;
use crate::domain::text;

name! {
    /// A mainland mobile number: 11 digits, `1[3-9]` first, however it was typed.
    Mobile
}

impl FromStr for Mobile {
    type Err = InvalidName;

    /// Reads a number with or without the country's code, with spaces, hyphens, invisible and full-width
    /// characters: address books and input methods write all of them.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let mut number = text::compact(text);
        number.retain(|c| !is_hyphen(c));
        let prefixes = ["+86", "0086", "86"];
        let national = prefixes
            .into_iter()
            .find_map(|prefix| number.strip_prefix(prefix));
        let national = national.unwrap_or(&number);
        let good = match national.as_bytes() {
            [b'1', b'3'..=b'9', rest @ ..] => {
                rest.len() == 9 && rest.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        };
        good.then(|| Self(national.to_owned())).ok_or(InvalidName)
    }
}

/// Whether it is a hyphen, a dash or a minus.
const fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_number_is_its_eleven_digits() {
        for good in [
            "13800138000",
            "+8613800138000",
            "8613800138000",
            "008613800138000",
            "+86 138-0013-8000",
            " 138 0013 8000 ",
            "\u{202d}138\u{a0}0013\u{3000}8000\u{202c}",
            "１３８００１３８０００",
            "＋８６　１３８００１３８０００",
            "138—0013—8000",
            "138\u{2011}0013\u{2212}8000\u{feff}",
        ] {
            let mobile = good.parse::<Mobile>();
            assert_eq!(
                mobile.as_ref().map(Mobile::as_str),
                Ok("13800138000"),
                "{good:?}"
            );
        }
    }

    #[test]
    fn numbers_of_elsewhere_and_other_texts_are_refused() {
        let bad = "12800138000 1380013800 138001380000 +85213800138 +13800138000 1380013800x \
                   +86+8613800138000 86 +86 (86)13800138000 一三八〇〇一三八〇〇〇";
        for bad in bad.split(' ').chain([""]) {
            assert!(bad.parse::<Mobile>().is_err(), "{bad}");
        }
    }
}
