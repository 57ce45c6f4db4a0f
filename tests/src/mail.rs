//! What is read out of a message or a mail.

/// The code: its first six digits in a row.
pub fn code(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words.find(|word| word.len() == 6).map(str::to_owned)
}

/// The token of the link to the page where a new password is set.
pub fn token(text: &str) -> Option<String> {
    let (_, link) = text.split_once("?token=")?;
    link.split_whitespace().next().map(str::to_owned)
}
