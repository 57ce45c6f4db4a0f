//! What the functions share.
//!
//! Each room may use those below it, none above:
//!
//! | room | what it answers |
//! | --- | --- |
//! | [`lambda`] | how an event of the gateway becomes a request |
//! | [`wire`] | what each family of clients reads and sends |
//! | [`http`] | how a request comes in and an answer goes out, whatever the family |
//! | [`rules`] | what must be true before and after, in which order the store is asked |
//! | [`app`], [`fault`] | what a running function is made of; what may fail below the handlers |
//! | [`store`] | the DynamoDB table: a folder per kind of item, every operation named for what it means |
//! | [`telemetry`] | what is told of a request |
//! | [`aws`] | what every client of an AWS service is built from |
//! | [`config`] | the settings, read once |
//! | [`domain`] | members, identifiers, passwords, tokens, points |
//! | [`base`] | time, randomness, digests |

pub mod app;
pub mod aws;
pub mod base;
pub mod config;
pub mod domain;
pub mod fault;
pub mod http;
pub mod lambda;
pub mod rules;
pub mod store;
pub mod telemetry;
pub mod wire;
