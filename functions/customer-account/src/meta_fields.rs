//! What a theme keeps with a member: `meta_fields` of `save`, shown as the customer's `metas`.

use serde_json::{Map, Value};

/// The most that a theme may keep, in bytes: a member's item is read whole.
pub const MOST_BYTES: usize = 4096;

/// Reads `{name, description, fields}`; whatever else is in it is dropped. `None` where it is no such
/// object, or too long.
#[must_use]
pub fn read(text: &str) -> Option<String> {
    let mut given: Map<String, Value> = serde_json::from_str(text).ok()?;
    let texts = ["name", "description"];
    let known = texts.into_iter().chain(["fields"]);
    let metas: Map<_, _> = known.filter_map(|key| given.remove_entry(key)).collect();
    let is_text = |key: &str| {
        metas
            .get(key)
            .is_none_or(|value| value.is_string() || value.is_null())
    };
    let fields = metas.get("fields");
    let good = texts.into_iter().all(is_text)
        && fields.is_none_or(|fields| fields.is_object() || fields.is_array() || fields.is_null());
    let text = serde_json::to_string(&metas).ok()?;
    (good && text.len() <= MOST_BYTES).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_kept_and_the_rest_is_dropped() {
        let given = r#"{"name":"n","other":1,"description":null,"fields":{"a":[1,true]}}"#;
        let kept = r#"{"description":null,"fields":{"a":[1,true]},"name":"n"}"#;
        assert_eq!(read(given).as_deref(), Some(kept));
        let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(MOST_BYTES));
        for bad in ["", "[]", r#"{"name":1}"#, r#"{"fields":"x"}"#, &long] {
            assert_eq!(read(bad), None, "{bad:.20}");
        }
    }

    /// `serde_json` reads some numbers a little off unless told not to.
    #[test]
    fn a_number_stays_the_number_it_is() {
        for number in [
            "1.2345678901345e+28",
            "0.1",
            "5e-324",
            "-0.0",
            "9007199254740993",
        ] {
            let text = format!(r#"{{"fields":{{"n":{number}}}}}"#);
            assert_eq!(read(&text), Some(text.clone()), "{number}");
            assert_eq!(read(&text).and_then(|text| read(&text)), Some(text));
        }
    }
}
