//! The command as a developer uses it: what it prints, what it answers, what it keeps, how it ends.
//!
//! | question | file |
//! | --- | --- |
//! | what it refuses to start with | `arguments` |
//! | what it prints once it listens | `greeting` |
//! | what it prints of requests, and of those that did not arrive | `lines` |
//! | who may look at `/_local` and act as the operator | `guard` |
//! | what the file keeps, and from whom | `data` |
//! | the harness | `running` |

mod arguments;
mod data;
mod greeting;
mod guard;
mod lines;
mod running;
