//! The number of a resident identity card (GB 11643-1999): 6 digits of the place, the birth date,
//! 3 digits in sequence, a check digit. The old form has a year of two digits and no check digit.

use time::{Date, macros::format_description};

/// The weights of the first 17 digits, and what the weighted sum modulo 11 ends the number with.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// Gives the number with a capital `X`; `None` where it is none that anybody alive before `today`
/// can have.
#[must_use]
pub fn normalize(text: &str, today: Date) -> Option<String> {
    let number = text.to_ascii_uppercase();
    let (digits, born) = match number.len() {
        18 => (number.get(..17)?, number.get(6..14)?.to_owned()),
        15 => (number.as_str(), format!("19{}", number.get(6..12)?)),
        _ => return None,
    };
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let born = Date::parse(&born, format_description!("[year][month][day]")).ok()?;
    let sum: u32 = (digits.bytes().zip(WEIGHTS))
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = CHECKS[(sum % 11) as usize];
    let checked = number.len() == 15 || number.as_bytes().last() == Some(&check);
    (born < today && checked).then_some(number)
}

/// The number as it is shown: its first four and last four characters.
#[must_use]
pub fn masked(number: &str) -> String {
    let hidden = 4..number.chars().count().saturating_sub(4);
    let mask = |(place, c)| if hidden.contains(&place) { '*' } else { c };
    number.chars().enumerate().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = time::macros::date!(2026 - 11 - 21);

    #[test]
    fn numbers_with_a_real_date_and_the_right_check_digit_are_good() {
        let good = |text| normalize(text, TODAY);
        assert_eq!(
            good("11010519491231002X").as_deref(),
            Some("11010519491231002X")
        );
        assert_eq!(
            good("11010519491231002x").as_deref(),
            Some("11010519491231002X")
        );
        assert_eq!(
            good("440524188001010014").as_deref(),
            Some("440524188001010014")
        );
        assert_eq!(good("110105491231002").as_deref(), Some("110105491231002"));
    }

    #[test]
    fn a_number_is_shown_masked() {
        assert_eq!(masked("362201198001012933"), "3622**********2933");
        assert_eq!(masked("110105491231002"), "1101*******1002");
        assert_eq!(masked(""), "");
    }

    #[test]
    fn others_are_not() {
        for bad in [
            "",
            "110105194912310021",
            "110105194902310026",
            "11010520491231002X",
            "1101054912310X2",
            "110105491331002",
            "1101051949123100",
            "１１０１０５４９１２３１００２",
            "11010519491231002XX",
        ] {
            assert_eq!(normalize(bad, TODAY), None, "{bad}");
        }
    }
}
