//! What the command line says.

use std::{net::IpAddr, path::PathBuf};

use clap::Parser;
use huiyuan::settings::Setting;

/// Runs the whole service on this machine, with an embedded DynamoDB.
#[derive(Debug, Parser)]
#[command(name = "huiyuan", version)]
pub(crate) struct Args {
    /// The port of the service; 0 takes a free one
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// The port of the embedded AWS; 0 takes a free one
    #[arg(long, default_value_t = 8000)]
    pub aws_port: u16,
    /// Where the embedded AWS listens; the address of a container engine's bridge lets `sam local` reach it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub aws_host: IpAddr,
    /// Listens on this address too, for a phone in the same network; 0.0.0.0 means each of this machine.
    /// The inbox and the operator's routes stay on this machine
    #[arg(long, value_name = "ADDRESS")]
    pub host: Option<IpAddr>,
    /// Keeps the data in this file; without it, in memory
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// An origin whose pages may call, scheme, host and port; may be given again. The page calls by
    /// fetch(…, {credentials: "include"}) and is on the same site: localhost like the service, any port
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = origin)]
    pub origins: Vec<String>,
    /// A setting of the functions, over the environment's; may be given again
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<Setting>,
    /// Makes this many more demo members, with points and sessions
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=10_000))]
    pub members: u32,
    /// Lets POST /_local/clock set the clock forward, to see what expires without waiting
    #[arg(long)]
    pub time: bool,
}

/// Checks an origin where it is given: the sentence names the argument.
fn origin(text: &str) -> Result<String, String> {
    match shared::config::origin(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
