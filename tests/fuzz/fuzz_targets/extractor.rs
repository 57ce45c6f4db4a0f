//! `cargo fuzz`'s way into [`fuzz::extractor`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::extractor::check(data));
