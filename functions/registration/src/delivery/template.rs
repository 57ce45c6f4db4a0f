//! The text of a message, as configured.

use std::str::FromStr;

/// The text of a message, with places for the code and its minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(String);

impl Template {
    /// What a message may hold to be paid for once, in UTF-16 units.
    const MOST: usize = 70;

    /// Takes a text; `None` where a place is missing or the message would be longer than one part.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let template = Self(text.to_owned());
        let longest = template.fill("000000", 10).encode_utf16().count();
        let good = text.contains("{code}") && text.contains("{minutes}") && longest <= Self::MOST;
        good.then_some(template)
    }

    /// The message.
    #[must_use]
    pub fn fill(&self, code: &str, minutes: i64) -> String {
        let text = self.0.replace("{code}", code);
        text.replace("{minutes}", &minutes.to_string())
    }
}

impl Default for Template {
    fn default() -> Self {
        Self(
            "您的验证码是{code}，{minutes}分钟内有效。请勿告诉他人；若非本人操作，请忽略。"
                .to_owned(),
        )
    }
}

impl FromStr for Template {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::new(text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_fits_into_one_part() {
        let filled = Template::default().fill("012345", 5);
        assert!(
            filled.contains("012345") && filled.contains("5分钟"),
            "{filled}"
        );
        assert!(Template::new(&Template::default().0).is_some());
        let fits = format!("{{code}}{{minutes}}{}", "长".repeat(62));
        assert_eq!(
            Template::new(&fits)
                .unwrap()
                .fill("012345", 10)
                .chars()
                .count(),
            70
        );
    }
}
