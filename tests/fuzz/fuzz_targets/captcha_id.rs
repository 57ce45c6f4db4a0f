//! `cargo fuzz`'s way into [`fuzz::captcha_id`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::captcha_id::check(data));
