//! The token parser: what is read as a token is written as the very same text, and what its bytes
//! say is what is read.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use shared::{
    base::clock::Time,
    config::Config,
    domain::token::{Pair, Purpose, Slot, Token, TokenKey},
    store::sessions::item::SessionKey,
};

/// Reads the input as a token, and its first 28 bytes as what a token is made of.
///
/// # Panics
/// When a token is not written as it was read.
pub fn check(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(token) = Token::parse(text)
    {
        assert_well_read(&token, text);
    }
    if let Some((bytes, rest)) = data.split_first_chunk::<24>()
        && let Some((second, _)) = rest.split_first_chunk::<4>()
    {
        check_bytes(bytes, u32::from_be_bytes(*second));
    }
}

fn check_bytes(bytes: &[u8; 24], second: u32) {
    let text = format!("{}_{second}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
    let (header, _) = bytes.split_first_chunk().expect("more than eight bytes");
    let header = u64::from_be_bytes(*header);
    let number = (header & 0x7ff) >> 1;
    let good = header >> 11 != 0 && second != 0;
    let Some(token) = Token::parse(&text) else {
        return assert!(!good, "{text}");
    };
    assert!(good, "{text}");
    assert_well_read(&token, &text);
    assert_eq!(token.member.get(), header >> 11);
    assert_eq!(token.purpose == Purpose::Refresh, header & 1 == 1);
    match token.slot {
        Slot::Browser => assert_eq!(number, 0),
        Slot::Group(group) => assert_eq!(u64::from(group), number),
    }
}

fn assert_well_read(token: &Token, text: &str) {
    assert_eq!(token.text(), text);
    assert!((1..1 << 53).contains(&token.member.get()));
    let config = Config::new(
        "table",
        crate::service::SERVICE_KEY.parse().expect("32 bytes"),
    );
    let known = match token.slot {
        Slot::Browser => true,
        Slot::Group(number) => config.groups.name(number).is_some(),
    };
    assert_eq!(SessionKey::of(token, &config).is_some(), known);
    assert!(shared::config::lifetime::access_expiry(token, &config) > token.issued());
    assert!(!token.issued().rfc3339().is_empty());
    let key = TokenKey::derived_from(&config.service_key);
    let next = Pair::after(&key, token, &[7; 16], Time::from_seconds(1_907_726_400));
    for next in [next.access, next.refresh] {
        let read = Token::parse(&next.text()).expect("what is handed out can be read");
        assert_eq!(read.digest(), next.digest());
        assert_eq!((read.member, read.slot), (token.member, token.slot));
    }
}
