//! Sizes, and how long a member waits for a process that has to be started first.

use std::process::{Command, Stdio};

use tests::lambda::FUNCTIONS;

use crate::{
    cases::{self, Take},
    numbers::{Samples, megabytes},
    report::{Table, say},
    stage::{BARE, Binaries, Stage, assert_good},
};

/// How often each is started.
const ROUNDS: usize = 41;
/// How often each is started from the disk.
const ROUNDS_FROM_DISK: usize = 11;

/// What each function is asked first: its most usual request.
const FIRST: [(&str, &str); FUNCTIONS.len()] = [
    ("points", "GET /api/v1/account/reward_point_details"),
    ("site-auth", "POST /v1/site/login"),
    ("customer-account", "GET /api/v1/account/current"),
    (
        "registration",
        "POST /api/v1/account/register_with_user_name",
    ),
];

/// One function's starts.
struct Starts<'a> {
    function: &'static str,
    asked: &'a str,
    take: &'a Take,
    init: Samples,
    answer: Samples,
    init_from_disk: Samples,
}

/// Starts the functions in turns, and tells how big they are and how long it takes.
pub async fn measure(binaries: &Binaries) -> String {
    say("cold starts");
    let mut stage = Stage::set(binaries).await;
    let cases = cases::all(&mut stage).await;
    let find = |endpoint| {
        let mut cases = cases.iter();
        &cases
            .find(|case| case.endpoint == endpoint)
            .expect("it is an endpoint")
            .first
    };
    let bare = (BARE, FIRST[0].1);
    let mut all = [bare]
        .into_iter()
        .chain(FIRST)
        .map(|(function, asked)| Starts {
            function,
            asked,
            take: find(asked),
            init: Samples::default(),
            answer: Samples::default(),
            init_from_disk: Samples::default(),
        })
        .collect::<Vec<_>>();
    // What runs cannot be forgotten.
    stage.dismiss().await;
    for round in 0..ROUNDS {
        for starts in &mut all {
            stage.recorder.replay(&starts.take.recording);
            let mut process = stage.start(starts.function).await;
            process.asks().await;
            starts.init.push(process.started.elapsed());
            let answer = process.answer(&starts.take.event).await;
            starts.answer.push(process.started.elapsed());
            assert_good(&starts.take.event, &answer);
            process.stop().await;
            if round < ROUNDS_FROM_DISK {
                forget(binaries, starts.function);
                let mut process = stage.start(starts.function).await;
                process.asks().await;
                starts.init_from_disk.push(process.started.elapsed());
                process.stop().await;
            }
        }
    }
    table(binaries, &all)
}

fn table(binaries: &Binaries, all: &[Starts<'_>]) -> String {
    let table = Table::new(&[
        "function",
        "binary, MB",
        "zip, MB",
        "start to first `next`, ms",
        "of the bare one",
        "from disk, ms",
        "of the bare one",
        "start to first answer, ms",
        "to",
    ]);
    let bare = &all[0];
    let rows = all.iter().fold(table, |table, starts| {
        let (binary, zip) = binaries.sizes(starts.function);
        let times = |samples: &Samples, of: &Samples| {
            let (time, of) = (samples.median(), of.median());
            [format!("{time:.1}"), format!("{:.2} ×", time / of)]
        };
        let [init, ratio] = times(&starts.init, &bare.init);
        let [disk, disk_ratio] = times(&starts.init_from_disk, &bare.init_from_disk);
        table.row(&[
            format!("`{}`", starts.function),
            format!("{:.2}", megabytes(binary)),
            format!("{:.2}", megabytes(zip)),
            init,
            ratio,
            disk,
            disk_ratio,
            format!("{:.1}", starts.answer.median()),
            format!("`{}`", starts.asked),
        ])
    });
    format!(
        "Medians of {ROUNDS} starts, {ROUNDS_FROM_DISK} from disk.\n\n{}",
        rows.text()
    )
}

/// Has the system forget what it read of a binary, so that the next start reads the disk.
fn forget(binaries: &Binaries, function: &str) {
    let mut file = std::ffi::OsString::from("if=");
    file.push(binaries.path(function));
    let forgotten = Command::new("dd")
        .arg(file)
        .args(["iflag=nocache", "count=0"])
        .stderr(Stdio::null())
        .status();
    assert!(forgotten.expect("coreutils has dd").success());
}
