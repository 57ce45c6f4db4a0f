//! `cargo fuzz`'s way into [`fuzz::meta_fields`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::meta_fields::check(data));
