//! Who changes a member: every operation that does is told.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Who does something to a member. It is stored as a text, which [`fmt::Display`] writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Actor {
    /// The member, through a client of either family.
    Member,
    /// Members brought from another system.
    Import,
    /// An operator: one of the shop's own systems or people, by the name the caller was checked
    /// under. Behind the gateway that is an ARN of IAM.
    Operator(String),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Member => "member",
            Self::Import => "import",
            Self::Operator(name) => name,
        })
    }
}

impl FromStr for Actor {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "member" => Self::Member,
            "import" => Self::Import,
            name => Self::Operator(name.to_owned()),
        })
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

impl From<String> for Actor {
    fn from(text: String) -> Self {
        match text.parse() {
            Ok(actor) => actor,
            Err(never) => match never {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_stored_as_a_text_and_read_back() {
        let arn = "arn:aws:iam::123456789012:user/shop";
        for (actor, text) in [
            (Actor::Member, "member"),
            (Actor::Import, "import"),
            (Actor::Operator(arn.to_owned()), arn),
        ] {
            assert_eq!(serde_json::to_value(&actor).unwrap(), text);
            assert_eq!(Actor::from(text.to_owned()), actor);
        }
    }
}
