//! Part of a number or an address, however it is spelled: what the inbox is filtered by.

use url::quirks::domain_to_unicode;

/// Part of a number or an address, without what spellings differ in.
#[derive(Debug, Default)]
pub(crate) struct Spelling {
    /// In small letters of plain width, without spaces and punctuation of numbers.
    text: String,
    /// The digits, where there is nothing else: part of a number.
    digits: Option<String>,
}

impl Spelling {
    pub(crate) fn of(text: &str) -> Self {
        let text: String = text.chars().filter_map(plain).collect();
        let number = text.trim_start_matches('+');
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        // `00` is how a telephone writes `+`.
        let digits = number.strip_prefix("00").unwrap_or(number);
        Self {
            digits: is_number.then(|| digits.to_owned()),
            text,
        }
    }

    /// Whether a number or an address has this in it. An empty part is in every one.
    pub(crate) fn is_in(&self, recipient: &str) -> bool {
        let whole = Self::of(recipient);
        if let (Some(part), Some(number)) = (&self.digits, &whole.digits) {
            return number.contains(part);
        }
        let unicode = recipient.split_once('@').map(|(local, domain)| {
            let domain = domain_to_unicode(domain);
            Self::of(&format!("{local}@{domain}"))
        });
        let mut spellings = unicode.iter().chain([&whole]);
        spellings.any(|spelling| spelling.text.contains(&self.text))
    }
}

/// A character in its plain form; `None` for one that spellings leave out.
fn plain(c: char) -> Option<char> {
    let c = match c {
        // The full-width forms of ASCII, in its order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        c => c,
    };
    let is_left_out = c.is_whitespace()
        || c.is_control()
        || ['-', '(', ')', '\u{ad}', '\u{feff}'].contains(&c)
        || ('\u{2010}'..='\u{2015}').contains(&c)
        || ('\u{200b}'..='\u{202e}').contains(&c)
        || ('\u{2060}'..='\u{2069}').contains(&c);
    (!is_left_out).then(|| c.to_lowercase().next().unwrap_or(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_part_of_it_in_any_spelling() {
        for (part, found) in [
            ("", true),
            ("+8613800138000", true),
            (" 8613800138000", true),
            ("008613800138000", true),
            ("13800138000", true),
            ("138 0013 8000", true),
            ("+86 138-0013-8000", true),
            ("\u{202d}１３８００１３８０００\u{202c}", true),
            ("8000", true),
            ("13800138001", false),
            ("demo", false),
        ] {
            assert_eq!(
                Spelling::of(part).is_in("+8613800138000"),
                found,
                "{part:?}"
            );
        }
    }

    #[test]
    fn an_address_is_found_by_part_of_it_in_any_spelling() {
        for (part, found) in [
            ("zoe", true),
            ("Zoe-Ann@", true),
            ("ＺＯＥ", true),
            ("xn--fsqu00a", true),
            ("例子.中国", true),
            ("@例子", true),
            ("138", false),
            ("zoe@example.com", false),
        ] {
            let address = "zoe-ann@xn--fsqu00a.xn--fiqs8s";
            assert_eq!(Spelling::of(part).is_in(address), found, "{part:?}");
        }
        assert!(Spelling::of("138").is_in("u138@example.com"));
    }
}
