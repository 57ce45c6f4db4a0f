//! What only Lambda needs.

mod event;
pub mod gateway;
