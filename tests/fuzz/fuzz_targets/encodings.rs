//! `cargo fuzz`'s way into [`fuzz::encodings`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::encodings::check(data));
