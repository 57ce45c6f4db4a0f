//! The whole service in one process, for a developer's machine and for the tests: the routers of
//! all four functions, and the AWS they talk to.

pub mod aws;
pub mod data_file;
pub mod demo;
pub mod guard;
pub mod inbox;
pub mod inspect;
pub mod listen;
pub mod service;
mod spelling;
pub mod table;
pub mod terminal;
