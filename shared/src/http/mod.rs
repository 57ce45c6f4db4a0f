//! How a request comes in and an answer goes out: the router, what every request passes through, the
//! extractors, and the one error of a handler.

pub mod auth;
mod client;
mod client_address;
pub mod cookie;
pub mod envelope;
pub mod error;
mod middleware;
pub mod operator;
pub mod origin;
pub mod params;
pub mod router;
pub mod routes;
