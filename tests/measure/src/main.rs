//! Measures the shipped binaries, and writes what it finds into `docs/performance.md`:
//! `cargo measure`, or `cargo measure cold` for one part of it.
//!
//! Everything is measured beside what it is compared with, the two sides alternating in one run, so
//! that a busy machine troubles both alike.

mod cases;
mod cold;
mod growth;
mod login;
mod memory;
mod numbers;
mod plot;
mod processor;
mod recording;
mod report;
mod requests;
mod stage;
mod subject;
mod warm;

use clap::{Parser, ValueEnum};

/// Measures the shipped binaries and writes the figures into `docs/performance.md`.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything where nothing is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Sizes, and the time to the first request for work and to the first answer.
    Cold,
    /// The time of each endpoint net of storage, and memory.
    Warm,
    /// Logins a second beside hashes a second.
    Identifier,
    /// The same requests on ever larger tables and ledgers.
    Growth,
    /// The time of usual requests by the memory of their function; as root.
    Memory,
}

#[tokio::main]
async fn main() {
    let Arguments { mut parts } = Arguments::parse();
    if parts.is_empty() {
        parts.extend(Part::value_variants());
    }
    report::say("building the binaries as they are shipped");
    let binaries = stage::Binaries::build();
    for part in parts {
        match part {
            Part::Cold => report::write("cold", &cold::measure(&binaries).await),
            Part::Warm => report::write("warm", &warm::measure(&binaries).await),
            Part::Memory => report::write("memory", &memory::measure(&binaries).await),
            Part::Identifier => report::write("login", &login::measure(&binaries).await),
            Part::Growth => report::write("growth", &growth::measure(&binaries).await),
        }
    }
}
