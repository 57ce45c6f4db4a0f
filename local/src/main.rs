//! `huiyuan`: the whole service with one command.

mod args;
mod run;

use std::{error::Error, process::ExitCode};

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match run::run(args::Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the terminal is this program's surface"
)]
fn complain(error: &dyn Error) {
    eprintln!("huiyuan: {error}");
}
