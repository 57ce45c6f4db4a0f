//! The shipped binaries as Lambda runs them: through the runtime API, with the gateway's events.

mod events;
mod process;
mod routes;
mod table;

const FORM: &str = "account=yhsduser&password=123456&password_again=123456";
const REGISTER: &str = "/api/v1/account/register_with_user_name";
