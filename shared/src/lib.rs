//! What the four functions share: wiring, settings, the two envelopes, the rules of accounts and
//! sessions, and the DynamoDB store.
//!
//! | question | file |
//! | --- | --- |
//! | what is running: settings, clock, randomness, store, log | [`app`], [`config`], [`aws`], [`clock`], [`random`] |
//! | how a request comes in and an answer goes out | [`http`], [`params`], [`client`], [`auth`], [`operator`], [`cookie`], [`envelope`], [`error`], [`journal`] |
//! | by when it is answered | [`deadline`] |
//! | what is counted | `metrics` |
//! | what the two families show of a member | [`rageframe`], [`youhaosuda`] |
//! | what a member, a name, a password, a token is | [`member`], [`names`], [`password`], [`token`], [`digest`], [`secret_key`] |
//! | how points are earned, spent and lost | [`points`] |
//! | the rules: logging in, sessions, registering, changing a password | [`rules`] |
//! | the table | [`store`] |
//! | what only Lambda needs | [`gateway`], `event` |

pub mod app;
pub mod auth;
pub mod aws;
pub mod client;
pub mod clock;
pub mod config;
pub mod cookie;
pub mod deadline;
pub mod digest;
pub mod envelope;
pub mod error;
mod event;
pub mod gateway;
pub mod http;
pub mod journal;
pub mod member;
mod metrics;
pub mod names;
pub mod operator;
pub mod params;
pub mod password;
pub mod points;
pub mod rageframe;
pub mod random;
pub mod rules;
pub mod secret_key;
pub mod store;
pub mod token;
pub mod youhaosuda;
