//! A captcha's id: nothing but what was sealed opens, and whatever is sealed is told, drawn and
//! redeemed without a fault.

use axum::{body::Body, http::Request};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use registration::captcha::{Redeemed, Wrong};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shared::base::secret_key::SecretKey;

use crate::{
    answer::Answer,
    runtime::run,
    service::{CAPTCHA_KEY, NOW, Service},
};

/// What a captcha is: five characters, seven bytes of look, until when.
const PLAIN: usize = 20;

/// Takes the input for an id, and then for what is sealed in one.
///
/// # Panics
/// When an id opens that was not sealed, or one that was does not.
pub fn check(data: &[u8]) {
    if let Ok(id) = std::str::from_utf8(data) {
        check_forged(id);
    }
    check_sealed(data);
}

fn check_forged(id: &str) {
    let captchas = Service::get().registration.captchas().clone();
    assert_eq!(captchas.reveal(id), None, "{id}");
    let redeemed = run(captchas.redeem(id, "ACDEH")).expect("the table is not asked");
    assert_eq!(redeemed, Redeemed::Wrong(Wrong::Unknown));
    let path: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    if let Ok(request) = Request::get(format!("/captcha/{path}.png")).body(Body::empty()) {
        assert_eq!(Answer::to(request).status, 404);
    }
}

fn check_sealed(plain: &[u8]) {
    let id = seal(plain);
    let captchas = Service::get().registration.captchas().clone();
    let until = plain.get(12..PLAIN).and_then(|until| until.try_into().ok());
    let until = until
        .filter(|_| plain.len() == PLAIN)
        .map(i64::from_be_bytes);
    let current = until.is_some_and(|until| until > NOW * 1000);
    let said = plain
        .get(..5)
        .and_then(|said| std::str::from_utf8(said).ok());
    let revealed = captchas.reveal(&id);
    assert_eq!(revealed.as_deref(), said.filter(|_| current));
    let redeemed = run(captchas.redeem(&id, "ACDEH"));
    match (until, current) {
        (None, _) => assert_eq!(redeemed.expect("no call"), Redeemed::Wrong(Wrong::Unknown)),
        (Some(_), false) => assert_eq!(redeemed.expect("no call"), Redeemed::Wrong(Wrong::Expired)),
        (Some(_), true) => assert!(redeemed.is_err(), "the table refuses to count the answer"),
    }
    // What is issued says only characters of the font; a picture takes milliseconds.
    if current && said.is_some_and(|said| said.bytes().all(|b| b"ACDEHJMNRTWXY379".contains(&b))) {
        let request = Request::get(format!("/captcha/{id}.png")).body(Body::empty());
        let answer = Answer::to(request.expect("an id is part of a path"));
        assert_eq!(answer.status, 200);
        assert!(answer.body.starts_with(b"\x89PNG"));
    }
}

/// The id of what `plain` says, sealed as the service does.
fn seal(plain: &[u8]) -> String {
    let key: SecretKey = CAPTCHA_KEY.parse().expect("a key");
    let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).expect("32 bytes");
    let nonce = [7; NONCE_LEN];
    let mut sealed = plain.to_vec();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(b"captcha"),
            &mut sealed,
        )
        .expect("few bytes");
    BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
}
