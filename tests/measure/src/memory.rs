//! What more memory buys: Lambda gives a processor's time by it. Here the system's own scheduler holds
//! each process to the share that Lambda would give it, so root and a control group are needed.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use shared::base::clock::Clock;
use tests::lambda::Lambda;

use crate::{
    cases::{self, Take},
    numbers::Samples,
    report::{Table, say},
    stage::{Binaries, Stage, assert_good},
};

/// What `MemorySize` is given, in MB.
const SIZES: [u32; 5] = [128, 256, 512, 1024, 1769];
/// How much gives a whole processor, in MB: AWS's documents on configuring memory.
const WHOLE: u32 = 1769;
/// How often a processor's time is handed out, in microseconds.
const PERIOD: u32 = 20_000;
/// How often each endpoint is asked.
const ROUNDS: usize = 100;

const ASKED: [&str; 4] = [
    "POST /v1/site/login",
    "POST /v1/site/refresh",
    "GET /api/v1/account/current",
    "GET /api/v1/account/reward_point_details",
];

/// Asks usual endpoints of processes with ever more memory.
pub async fn measure(binaries: &Binaries) -> String {
    let mut stage = Stage::set(binaries).await;
    let cases = cases::all(&mut stage).await;
    stage.dismiss().await;
    let mut table = Table::new(&[
        "endpoint",
        "`MemorySize`",
        "of a processor",
        "p50, ms",
        "p99, ms",
        "GB-seconds of a thousand",
    ]);
    for asked in ASKED {
        say(asked);
        let case = cases.iter().find(|case| case.endpoint == asked);
        let case = case.expect("it is an endpoint");
        let mut processes = Vec::new();
        for size in SIZES {
            let mut process = stage.start(case.function).await;
            stage.recorder.replay(&case.first.recording);
            process.answer(&case.first.event).await;
            let held = Held::to(size, &process);
            processes.push((size, process, held, Samples::default()));
        }
        stage.recorder.replay(&case.then.recording);
        for _ in 0..ROUNDS {
            for (_, process, _, samples) in &mut processes {
                ask(process, &case.then, samples).await;
            }
        }
        for (size, process, held, samples) in processes {
            let seconds = samples.billed();
            table = table.row(&[
                format!("`{asked}`"),
                size.to_string(),
                format!("{:.2}", f64::from(size) / f64::from(WHOLE)),
                format!("{:.1}", samples.median()),
                format!("{:.1}", samples.percentile(99)),
                format!("{:.2}", 1000.0 * seconds * f64::from(size) / 1024.0),
            ]);
            process.stop().await;
            drop(held);
        }
    }
    format!("{ROUNDS} requests each.\n\n{}", table.text())
}

async fn ask(process: &mut Lambda, take: &Take, samples: &mut Samples) {
    let stopwatch = Clock::system().stopwatch();
    let answer = process.answer(&take.event).await;
    samples.push(stopwatch.elapsed());
    assert_good(&take.event, &answer);
}

/// A control group that holds a process to a share of a processor while it lives.
struct Held(PathBuf);

impl Held {
    fn to(size: u32, process: &Lambda) -> Self {
        let first = Path::new("/sys/fs/cgroup/cpu");
        let root = if first.exists() {
            first
        } else {
            Path::new("/sys/fs/cgroup")
        };
        let group = root.join(format!("huiyuan-measure-{size}"));
        // One may be left of a run that was ended.
        let made = fs::create_dir(&group);
        let left = (made.as_ref()).is_err_and(|error| error.kind() == ErrorKind::AlreadyExists);
        assert!(made.is_ok() || left, "root makes control groups: {made:?}");
        let set = |file: &str, text: String| fs::write(group.join(file), text).expect("a setting");
        let quota = PERIOD * size / WHOLE;
        if root == first {
            set("cpu.cfs_period_us", PERIOD.to_string());
            set("cpu.cfs_quota_us", quota.to_string());
        } else {
            set("cpu.max", format!("{quota} {PERIOD}"));
        }
        set("cgroup.procs", process.id().to_string());
        Self(group)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // One that stays behind holds nothing.
        let _ = fs::remove_dir(&self.0);
    }
}
