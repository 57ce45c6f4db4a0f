//! How long each endpoint takes when storage answers at once, and how much memory.

use shared::base::clock::Clock;

use crate::{
    cases::{self, Case},
    numbers::{Samples, megabytes},
    report::{Table, say},
    stage::{BARE, Binaries, Stage, assert_good},
};

/// How often each endpoint is asked.
const ROUNDS: usize = 2000;
/// How often where a password is hashed, or a pause is part of the answer.
const SLOW_ROUNDS: usize = 200;
/// How often before that.
const WARM_UP: usize = 20;

/// The endpoint that is answered after a fixed pause.
const PAUSES: &str = "POST /api/v1/account/reset_password_with_email";

/// Asks each endpoint and the bare function in turns.
pub async fn measure(binaries: &Binaries) -> String {
    let mut stage = Stage::set(binaries).await;
    let table = Table::new(&[
        "function",
        "endpoint",
        "p50, ms",
        "p99, ms",
        "bare p50",
        "bare p99",
        "p50 above",
        "p99 above",
        "peak memory, MB",
    ]);
    let mut rows = table;
    for case in &cases::all(&mut stage).await {
        say(&case.endpoint);
        rows = rows.row(&row(&stage, case).await);
    }
    format!(
        "{ROUNDS} requests each, {SLOW_ROUNDS} where a password is hashed or the answer takes a pause.\n\n{}",
        rows.text()
    )
}

async fn row(stage: &Stage<'_>, case: &Case) -> [String; 9] {
    let mut function = stage.start(case.function).await;
    let mut bare = stage.start(BARE).await;
    stage.recorder.replay(&case.first.recording);
    let answer = function.answer(&case.first.event).await;
    assert_good(&case.first.event, &answer);
    stage.recorder.replay(&case.then.recording);
    let event = &case.then.event;
    for _ in 0..WARM_UP {
        function.answer(event).await;
        bare.answer(event).await;
    }
    let clock = Clock::system();
    let (mut ours, mut least) = (Samples::default(), Samples::default());
    let rounds = if case.hashes || case.endpoint == PAUSES {
        SLOW_ROUNDS
    } else {
        ROUNDS
    };
    for _ in 0..rounds {
        let stopwatch = clock.stopwatch();
        bare.answer(event).await;
        least.push(stopwatch.elapsed());
        let stopwatch = clock.stopwatch();
        let answer = function.answer(event).await;
        ours.push(stopwatch.elapsed());
        assert_good(event, &answer);
    }
    let memory = megabytes(function.peak_memory());
    let milliseconds = |time: f64| format!("{time:.2}");
    [
        format!("`{}`", case.function),
        format!("`{}`", case.endpoint),
        milliseconds(ours.median()),
        milliseconds(ours.percentile(99)),
        milliseconds(least.median()),
        milliseconds(least.percentile(99)),
        milliseconds(ours.median() - least.median()),
        milliseconds(ours.percentile(99) - least.percentile(99)),
        format!("{memory:.1}"),
    ]
}
