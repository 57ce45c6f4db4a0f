//! The rules of accounts and sessions, free of HTTP: what must be true before and after, and in which
//! order the store is asked.

pub mod caller;
pub mod change_password;
pub mod login;
pub mod logout;
pub mod points;
pub mod refresh;
pub mod register;
pub mod save_profile;
pub mod session;
