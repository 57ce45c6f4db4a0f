//! `meta_fields`: what is kept is the part of what was given that is known, as it was given, no
//! longer than allowed, and read again it stays what it is.

use customer_account::meta_fields::{MOST_BYTES, read};
use serde_json::{Map, Value, value::RawValue};

/// Saves the input as `meta_fields`.
///
/// # Panics
/// When what is kept is not what was given.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let given = serde_json::from_str::<Map<String, Value>>(text).ok();
    let Some(kept) = read(text) else {
        return assert!(!given.is_some_and(|given| is_good(&given)), "{text}");
    };
    let mut given = given.expect("an object");
    assert!(kept.len() <= MOST_BYTES);
    given.retain(|key, _| ["name", "description", "fields"].contains(&key.as_str()));
    let shown = RawValue::from_string(kept.clone()).expect("the customer's `metas` are JSON");
    let shown: Map<String, Value> = serde_json::from_str(shown.get()).expect("an object");
    assert_eq!(shown, given);
    assert_eq!(read(&kept), Some(kept));
}

/// Whether it has to be taken: it is what is documented, and well below the limit.
fn is_good(given: &Map<String, Value>) -> bool {
    let is_text = |key| matches!(given.get(key), None | Some(Value::String(_)));
    let is_object = matches!(given.get("fields"), None | Some(Value::Object(_)));
    let length = Value::Object(given.clone()).to_string().len();
    is_text("name") && is_text("description") && is_object && length <= MOST_BYTES / 2
}
