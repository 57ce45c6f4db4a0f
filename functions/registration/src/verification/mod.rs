//! Codes that show whose a mobile is: who is sent one, how often it may be tried, what it is good for.

pub(crate) mod check_mobile;
pub(crate) mod codes;
pub(crate) mod mobile;
pub(crate) mod send_code;
pub(crate) mod send_validate_sms;
pub(crate) mod verified_code;
