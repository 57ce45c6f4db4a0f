//! Parameters of requests, and the values that a valid request has for them.

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In the body: a form, JSON or multipart.
    Body,
}

/// What a parameter's text has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// So many characters.
    Length(usize, usize),
    /// As this regular expression says, from end to end.
    Pattern(&'static str),
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A whole number in these bounds.
    Integer(i64, i64),
    /// A mail address.
    Email,
    /// A date that was, `YYYY-MM-DD`.
    Date,
}

/// The value of a parameter in a valid request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// This text.
    Text(&'static str),
    /// The subject's user name, registered or not yet.
    Username,
    /// The subject's mail address, likewise.
    Email,
    /// The subject's mobile, likewise.
    Mobile,
    /// The member's number.
    MemberId,
    /// The member's password.
    Password,
    /// A password that is not the member's.
    NewPassword,
    /// A code that was sent to the mobile.
    Code,
    /// A captcha's id.
    CaptchaId,
    /// What the captcha says.
    CaptchaValue,
    /// The name of the captcha's picture.
    CaptchaFile,
    /// The token of a reset link.
    LinkToken,
    /// The refresh token of a group's session.
    RefreshToken,
    /// The access token of a group's session.
    AccessToken,
    /// The token of a browser's session.
    BrowserToken,
}

impl Value {
    /// A text that has the form of the value, and leads to nothing.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Text(text) => text,
            Self::Username => "yhsduser",
            Self::Email => "user@youhaosuda.com",
            Self::Mobile => "13912345678",
            Self::MemberId => "1",
            Self::Password => "123456",
            Self::NewPassword => "654321",
            Self::Code => "000000",
            Self::CaptchaId => "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            Self::LinkToken => "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            Self::CaptchaValue => "ACDEH",
            Self::CaptchaFile => "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.png",
            Self::RefreshToken | Self::AccessToken | Self::BrowserToken => {
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_1907726400"
            }
        }
    }
}

/// A parameter of an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name in requests.
    pub name: &'static str,
    /// What the service's messages call it.
    pub label: &'static str,
    /// What it says, in English.
    pub description: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether a request without it is refused.
    pub required: bool,
    /// What its text has to be.
    pub rule: Rule,
    /// Its value in a valid request; `None` where that does without it.
    pub value: Option<Value>,
}

impl Parameter {
    /// A parameter of the body that is required.
    pub(crate) const fn required(
        name: &'static str,
        label: &'static str,
        rule: Rule,
        value: Value,
    ) -> Self {
        Self {
            name,
            label,
            description: "",
            place: Place::Body,
            required: true,
            rule,
            value: Some(value),
        }
    }

    /// A parameter of the body that a valid request does without.
    pub(crate) const fn optional(name: &'static str, label: &'static str, rule: Rule) -> Self {
        Self {
            name,
            label,
            description: "",
            place: Place::Body,
            required: false,
            rule,
            value: None,
        }
    }

    /// The same, sent with this value in a valid request.
    pub(crate) const fn sent(mut self, value: Value) -> Self {
        self.value = Some(value);
        self
    }

    /// The same, with what it says.
    pub(crate) const fn saying(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// The same in another place.
    pub(crate) const fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}
