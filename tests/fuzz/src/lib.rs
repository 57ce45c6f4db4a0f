//! What `cargo fuzz` feeds with inputs of its own making, and `cargo test` with those in `corpus/`:
//! one harness for each thing that reads what a stranger sent.
//!
//! | harness | what it feeds, and what has to hold |
//! | --- | --- |
//! | [`extractor`], [`encodings`] | the parameters of a request: form, JSON, multipart, query |
//! | [`token`] | access and refresh tokens |
//! | [`captcha_id`], [`callback`] | the captcha's id, its picture, its JSONP callback |
//! | [`reset_link`] | the reset link's token and page |
//! | [`cookie`] | the cookie header |
//! | [`meta_fields`] | what a theme keeps with a member |
//! | [`gateway_event`] | API Gateway's events, through all routers |
//!
//! `docs/reliability.md` says how to run them, and what they found.

pub mod answer;
pub mod callback;
pub mod captcha_id;
pub mod cookie;
pub mod encodings;
pub mod extractor;
pub mod fields;
pub mod gateway_event;
pub mod memory;
pub mod message;
pub mod meta_fields;
pub mod reset_link;
pub mod runtime;
pub mod service;
pub mod token;

/// A harness: it takes any input, and panics where something does not hold.
pub type Harness = fn(&[u8]);

/// Every harness by its name, which is the target's and that of its folder in `corpus/`.
pub const HARNESSES: [(&str, Harness); 9] = [
    ("callback", callback::check),
    ("captcha_id", captcha_id::check),
    ("cookie", cookie::check),
    ("encodings", encodings::check),
    ("extractor", extractor::check),
    ("gateway_event", gateway_event::check),
    ("meta_fields", meta_fields::check),
    ("reset_link", reset_link::check),
    ("token", token::check),
];

#[cfg(test)]
mod tests {
    use std::{fs, panic::catch_unwind, path::Path};

    use super::*;

    /// One test, for a harness that counts memory wants the process for itself.
    #[test]
    fn every_input_of_the_corpus_is_still_taken_well() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut failed = Vec::new();
        for (name, check) in HARNESSES {
            let inputs: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().collect();
            assert!(!inputs.is_empty(), "{name} has a corpus");
            for input in inputs {
                let path = input.unwrap().path();
                let data = fs::read(&path).unwrap();
                if catch_unwind(|| check(&data)).is_err() {
                    failed.push(path);
                }
            }
        }
        assert!(failed.is_empty(), "{failed:#?}");
        check_the_most_names();
    }

    /// As many parameters as fit into a body, of which each needs memory of its own.
    fn check_the_most_names() {
        let names: Vec<_> = (0..13_000).map(|number| format!("{number:04x}")).collect();
        let (form, members) = (names.join("&"), names.iter().take(6_500));
        let members: Vec<_> = members.map(|name| format!("\"{name}\":0")).collect();
        for request in [
            format!("application/x-www-form-urlencoded\n\n{form}"),
            format!("application/json\n\n{{{}}}", members.join(",")),
        ] {
            assert!(request.len() > 58_000 && request.len() < shared::http::params::MOST_BYTES);
            extractor::check(request.as_bytes());
        }
    }
}
