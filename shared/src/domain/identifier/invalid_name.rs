//! Why a text is no name.

/// Why a text is not a name of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name of this kind")]
pub struct InvalidName;
