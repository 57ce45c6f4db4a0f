//! `cargo fuzz`'s way into [`fuzz::reset_link`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::reset_link::check(data));
