//! Characters that show nothing, and characters that stand for others.

use icu_normalizer::uts46::Uts46MapperBorrowed;

/// Whether a character shows nothing: a control character, one that Unicode lets a renderer ignore
/// (`Default_Ignorable_Code_Point`), one that only directs the text around it, a blank that is no white
/// space, or no character at all. Unassigned and private characters show something, if only a box.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        // Fillers of Hangul, vowels of Khmer, selectors and separators of Mongolian.
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        // Joiners, marks and overrides of direction, separators of lines, operators of mathematics.
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // The empty pattern of Braille, a filler of Hangul.
        | '\u{2800}' | '\u{3164}'
        // Selectors of variants, a mark of byte order, a filler of Hangul, annotations.
        | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        // Controls of shorthand and of notes, tags and more selectors.
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        // The last two of every plane are no characters.
        || (c as u32) & 0xfffe == 0xfffe
}

/// Whether a text can be shown as somebody's name: nothing in it is invisible, and something is to be
/// seen. What is invisible inside of an emoji is a part of it.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let good = match c {
            '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(|c: char| !c.is_whitespace()),
            '\u{200d}' => {
                before.is_some_and(is_pictograph) && chars.peek().is_some_and(|c| is_pictograph(*c))
            }
            c => !is_invisible(c),
        };
        if !good {
            return false;
        }
        if !matches!(c, '\u{fe0e}' | '\u{fe0f}') {
            before = Some(c);
        }
    }
    text.chars().any(|c| !c.is_whitespace())
}

/// Whether a character is of the blocks that emoji are joined from.
const fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// The form in which texts are compared: letters without case, full-width and compatibility characters
/// as those they stand for, composed (the mapping of UTS 46, a superset of NFKC with case folded), and
/// without what is invisible.
#[must_use]
pub fn fold(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_invisible(*c));
    Uts46MapperBorrowed::new().map_normalize(visible).collect()
}

/// The text without white space and what is invisible, its full-width characters as ASCII: a number as
/// it is meant.
#[must_use]
pub fn compact(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| !c.is_whitespace() && !is_invisible(*c));
    kept.map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_something_and_hides_nothing() {
        for good in [
            "老王",
            "A b",
            "王\u{3000}小明",
            "❤\u{fe0f}",
            "👨\u{200d}👩\u{200d}👧",
            "🏳\u{fe0f}\u{200d}🌈",
            "👩🏽\u{200d}💻",
            "\u{1faea}",
            "\u{e863}",
            "é",
        ] {
            assert!(is_name(good), "{good:?}");
        }
        let hidden = [
            '\0',
            '\t',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{115f}',
            '\u{1160}',
            '\u{180e}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{2800}',
            '\u{3164}',
            '\u{fdd0}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fffe}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{10ffff}',
        ];
        for c in hidden {
            assert!(!is_name(&c.to_string()), "{c:?}");
            assert!(!is_name(&format!("{c}老王")), "{c:?}");
        }
        for bad in [
            "",
            " ",
            "\u{3000}",
            "老\u{200d}王",
            "老王\u{200d}",
            "❤\u{200d}",
            " \u{fe0f}",
        ] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn spellings_of_one_text_fold_to_one() {
        for (text, folded) in [
            ("YhsdUser", "yhsduser"),
            ("ＹｈｓｄＵｓｅｒ＿９", "yhsduser_9"),
            ("\u{202d}a\u{200b}b\u{ad}", "ab"),
            ("\u{f900}〇", "\u{8c48}〇"),
            ("e\u{301}", "é"),
            ("U@例子。中国", "u@例子.中国"),
            ("a-b_c+d", "a-b_c+d"),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
        assert_eq!(compact(" １3\u{a0}8\u{202c} ＋"), "138+");
    }
}
