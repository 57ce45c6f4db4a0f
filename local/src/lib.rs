//! The whole service in one process, for a developer's machine and for the tests.
//!
//! | question | file |
//! | --- | --- |
//! | which routes there are | [`service`]: the functions'; [`inspect`], [`openapi`]: `/_local` |
//! | who may call what | [`guard`] |
//! | what a developer reads in the terminal | [`greeting`], [`terminal`], [`diagnosis`] |
//! | what it is given | [`settings`], [`data_file`], [`listen`] |
//! | which members there are | [`demo`] |
//! | the AWS that the functions talk to | [`aws`], [`table`], [`inbox`] |

pub mod aws;
pub mod data_file;
pub mod demo;
pub mod diagnosis;
pub mod greeting;
pub mod guard;
pub mod inbox;
pub mod inspect;
pub mod listen;
pub mod openapi;
pub mod service;
pub mod settings;
mod spelling;
pub mod table;
pub mod terminal;
