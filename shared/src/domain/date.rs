//! Dates as clients write them.

use time::{Date, Month};

/// The first year that somebody alive was born in.
const FIRST_YEAR: i32 = 1900;

/// Reads `YYYY-MM-DD`, also with `/`, and with months and days of one digit.
#[must_use]
pub fn parse(text: &str) -> Option<Date> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let year = parts.next().filter(|year| year.len() == 4)?;
    let month = parts.next().filter(|month| month.len() <= 2)?;
    let day = parts.next().filter(|day| day.len() <= 2)?;
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || ![year, month, day].into_iter().all(is_number) {
        return None;
    }
    let month: u8 = month.parse().ok()?;
    let month = Month::try_from(month).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// Reads the birthday of somebody alive before `today`, and gives it as `YYYY-MM-DD`.
#[must_use]
pub fn birthday(text: &str, today: Date) -> Option<String> {
    let date = parse(text)?;
    (date.year() >= FIRST_YEAR && date < today).then(|| date.to_string())
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_birthday_is_a_date_in_any_of_its_spellings() {
        let read = |text| birthday(text, date!(2026 - 11 - 21));
        for good in ["1997-03-05", "1997-3-5", "1997/3/5", "1997/03/05"] {
            assert_eq!(read(good).as_deref(), Some("1997-03-05"), "{good}");
        }
        let bad = "1997-02-29 97-3-5 1997-3 1997-3-5-1 1997-3/5 1997--5 1997/13/5 +997-3-5 1997-+3-5 \
                   1997-003-5 0000-01-01 1899-12-31 2026-11-21 1997年3月5日 １９９７-3-5 yesterday";
        for bad in bad.split(' ').chain([""]) {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
