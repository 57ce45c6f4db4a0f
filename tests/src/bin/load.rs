//! Mixed traffic against the whole service with faults on, and whether what it acknowledged is true.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use tests::load::{Report, Traffic, run};

/// Makes mixed traffic of many clients against the whole service, breaks the way to its AWS meanwhile,
/// and looks whether everything that was acknowledged is there, exactly once
#[derive(Parser)]
#[command(name = "load")]
struct Args {
    /// For how many seconds
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// How many clients at once
    #[arg(long, default_value_t = 24)]
    clients: u32,
    /// Which actions and faults are drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many calls to AWS of a million are broken
    #[arg(long, default_value_t = 20_000)]
    faults_per_million: u32,
    /// Every so many seconds there is an outage, in which nine of ten are
    #[arg(long, default_value_t = 30)]
    outage_every: u64,
    /// For how many of those seconds
    #[arg(long, default_value_t = 8)]
    outage: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let traffic = Traffic {
        seconds: args.seconds,
        clients: args.clients,
        seed: args.seed,
        faults_per_million: args.faults_per_million,
        outage_every: Duration::from_secs(args.outage_every),
        outage: Duration::from_secs(args.outage),
    };
    let report = run(traffic).await;
    say(&traffic, &report);
    if report.violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are this program's surface"
)]
fn say(traffic: &Traffic, report: &Report) {
    let Traffic {
        seconds,
        clients,
        seed,
        ..
    } = traffic;
    let requests: usize = report.codes.values().sum();
    let [p50, p99] = report.p50_p99;
    println!(
        "{requests} requests in {seconds} s by {clients} clients, seed {seed}; p50 {p50} ms, p99 {p99} ms"
    );
    for (name, asked) in &report.endpoints {
        println!("  {:7} {name}, {} of them done", asked.times, asked.done);
    }
    println!("answers by code: {:?}", report.codes);
    println!(
        "broken calls: {} {:?}",
        report.faults.values().sum::<usize>(),
        report.faults
    );
    let Report {
        members,
        registered,
        renewed,
        entries,
        unknown,
        ..
    } = report;
    println!(
        "{members} members; acknowledged: {registered} registrations, {renewed} new passwords, {entries} entries; \
         {unknown} outcomes unknown"
    );
    for violation in &report.violations {
        println!("VIOLATION {violation}");
    }
    println!("{} violations", report.violations.len());
}
