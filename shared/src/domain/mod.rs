//! What a member, an identifier, a password, a token and a balance of points are. Nothing here reads,
//! writes or waits.

pub mod actor;
pub mod client;
pub mod client_address;
pub mod date;
pub mod identifier;
pub mod identity_card;
pub mod member;
pub mod page_cursor;
pub mod password;
pub mod points;
pub mod text;
pub mod token;
