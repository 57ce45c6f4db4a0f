//! The catalogue: every endpoint of the service, once. The suites, the template's test, the budgets,
//! the measurements and the `OpenAPI` document go through it instead of keeping lists of their own. A
//! test holds it equal to the routes of the functions.
//!
//! | file | what |
//! | --- | --- |
//! | `rageframe`, `account`, `registration`, `pages`, `points` | the endpoints |
//! | `answer` | what a valid request is answered with |
//! | `parameter` | a parameter: its name, its rule, its value in a valid request |
//! | `request` | a valid request |
//!
//! A new endpoint is one entry here. What a suite has to know of it beyond the entry stands in the
//! suite's own file.

mod account;
pub mod answer;
mod pages;
pub mod parameter;
mod points;
mod rageframe;
mod registration;
pub mod request;

use answer::Answer;
use parameter::Parameter;
use shared::http::envelope::Flat;

/// How the answers of an endpoint look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// `{"code","message","data","timestamp"}`
    RageFrame,
    /// `{"code","message", …}`
    Youhaosuda,
    /// A page for a browser.
    Page,
    /// The shop's own systems, behind the gateway's signatures.
    Operator,
}

/// Who may send a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Anybody.
    None,
    /// Anybody; the answer is another one with a session.
    Optional,
    /// A member, with a live session.
    Session,
    /// Whoever has a refresh token.
    RefreshToken,
    /// The operator.
    Operator,
}

/// What has to be there before a valid request can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixture {
    /// A member with a user name, and a session at a browser.
    Username,
    /// A member with a mail address.
    Email,
    /// A member with a mobile.
    Mobile,
    /// The member's session of a group.
    Group,
    /// A code to register with.
    RegistrationCode,
    /// A code to reset the password with.
    ResetCode,
    /// A solved captcha.
    Captcha,
    /// A link to reset the password by.
    Link,
    /// Some entries in the member's ledger.
    Points,
}

/// An endpoint.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Endpoint {
    /// How it answers.
    pub family: Family,
    /// The function that serves it.
    pub function: &'static str,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path, with `{name}` for what is filled in.
    pub path: &'static str,
    /// What the published documents call it.
    pub title: &'static str,
    /// What it does, in English.
    pub summary: &'static str,
    /// Who may send a request.
    pub authentication: Authentication,
    /// Its parameters, in the order in which they are checked.
    pub parameters: &'static [Parameter],
    /// What a valid request needs.
    pub fixtures: &'static [Fixture],
    /// What a valid request is answered with.
    pub answer: Answer,
    /// Every `code` that an answer may have.
    pub codes: &'static [u16],
    /// Whether a valid request changes something that the client can see.
    pub changes: bool,
    /// Whether a valid request sends a message or a mail.
    pub sends: bool,
    /// Whether it asks the table for anything.
    pub uses_table: bool,
    /// Whether a valid request takes the time of a password's hash.
    pub hashes: bool,
}

impl Endpoint {
    /// An endpoint for `POST` that reads and writes the table; an entry says what it is beside that.
    pub(crate) const POST: Self = Self {
        family: Family::Youhaosuda,
        function: "",
        method: "POST",
        path: "",
        title: "",
        summary: "",
        authentication: Authentication::None,
        parameters: &[],
        fixtures: &[],
        answer: Answer::Json(answer::of::<Flat<()>>),
        codes: &[200, 201, 500],
        changes: false,
        sends: false,
        uses_table: true,
        hashes: false,
    };

    /// Method and path, as the gateway names a route.
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether a member's session is asked for.
    pub fn needs_session(&self) -> bool {
        self.authentication == Authentication::Session
    }

    /// The `code` of a refused request.
    pub const fn refused(&self) -> u16 {
        match self.family {
            Family::RageFrame => 422,
            Family::Youhaosuda | Family::Page | Family::Operator => 201,
        }
    }
}

/// Every endpoint.
pub fn all() -> impl Iterator<Item = &'static Endpoint> {
    let families = [
        rageframe::ENDPOINTS,
        account::ENDPOINTS,
        registration::ENDPOINTS,
        pages::ENDPOINTS,
        points::ENDPOINTS,
    ];
    families.into_iter().flatten()
}

/// The endpoint of a method and a path.
pub fn find(method: &str, path: &str) -> &'static Endpoint {
    let found = all().find(|endpoint| endpoint.method == method && endpoint.path == path);
    found.unwrap_or_else(|| panic!("{method} {path} is not in the catalogue"))
}
