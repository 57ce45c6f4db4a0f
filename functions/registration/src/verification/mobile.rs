//! Mobile numbers among the parameters.

use shared::{
    domain::identifier::Mobile,
    http::{error::ApiError, params::Params},
    wire::youhaosuda::Field,
};

/// Clients show a message with `手机` at the account's field.
pub(crate) const MOBILE: Field = Field::new("mobile", "手机号");
/// The number that a member registers with or resets by.
pub(crate) const ACCOUNT: Field = Field::new("account", "手机号");

/// Refuses a mobile that a member registered.
pub(crate) fn registered(field: Field) -> ApiError {
    field.refusal("已被注册")
}

/// Refuses a mobile that no member registered.
pub(crate) fn unregistered(field: Field) -> ApiError {
    field.refusal("尚未注册")
}

/// Reads a mainland mobile number.
pub(crate) fn read(params: &Params, field: Field) -> Result<Mobile, ApiError> {
    let text = field.required(params)?.trim();
    text.parse().map_err(|_| field.malformed())
}
