//! What an endpoint answers.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// The schema of a type, made where it is asked for.
pub type OfType = fn(&mut SchemaGenerator) -> Schema;

/// What a valid request is answered with.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// JSON of a type.
    Json(OfType),
    /// JSON of a type, or a script that hands it to a function.
    Script(OfType),
    /// An HTML page.
    Page,
    /// A PNG picture.
    Picture,
}

/// The schema of a type that an endpoint answers with.
pub(super) fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
