//! Logins a second with all processors busy, beside the hashes a second that these can do; and what part
//! of its processor time a function spends on the hash.

use std::{fs, path::Path, thread, time::Duration};

use argon2::{Argon2, Block, Params};
use shared::clock::Clock;
use tests::lambda::Lambda;
use tokio::task::JoinSet;

use crate::{
    cases::{self, Take},
    report::{Table, say},
    stage::{Binaries, Stage, assert_good},
};

/// How long each side has in a round.
const TURN: Duration = Duration::from_secs(5);
const ROUNDS: usize = 5;

/// Hashes and logs in by turns.
pub async fn measure(binaries: &Binaries) -> String {
    say("logins beside hashes");
    let mut stage = Stage::set(binaries).await;
    let cases = cases::all(&mut stage).await;
    let mut cases = cases.into_iter();
    let login = cases.find(|case| case.endpoint == "POST /v1/site/login");
    let login = login.expect("it is an endpoint").first;
    stage.recorder.replay(&login.recording);
    let processors = thread::available_parallelism().expect("the system knows");
    let mut processes = Vec::new();
    for _ in 0..processors.get() {
        processes.push(stage.start("site-auth").await);
    }
    let mut table = Table::new(&[
        "round",
        "hashes a second",
        "logins a second",
        "share",
        "processors left to the functions",
        "of the functions' time the hash",
    ]);
    let mut shares = [Vec::new(), Vec::new()];
    for round in 1..=ROUNDS {
        let hashes = hashes(processors.get());
        let here = used_here();
        let before = Used::by(&processes);
        let (logins, still) = logins(processes, &login).await;
        processes = still;
        let hashing = Used::by(&processes).since(&before).hashing();
        let all = f64::from(u32::try_from(processors.get()).expect("processors are few"));
        let left = 1.0 - (used_here() - here) / (all * TURN.as_secs_f64());
        let share = logins / hashes;
        let [of_rate, of_time] = &mut shares;
        of_rate.push(share * 100.0);
        of_time.push(hashing * 100.0);
        let mut row = vec![round.to_string()];
        row.extend([hashes, logins].map(|rate| format!("{rate:.1}")));
        row.extend([share, left, hashing].map(|share| format!("{:.1} %", share * 100.0)));
        table = table.row(&row);
    }
    let [of_rate, of_time] = shares.map(|mut shares| {
        shares.sort_by(f64::total_cmp);
        shares[ROUNDS / 2]
    });
    format!(
        "{} processes of `site-auth` on {processors} processors, {} seconds a turn. Median share: \
         **{of_rate:.1} %** of the hashes a second; **{of_time:.1} %** of the functions' processor \
         time is the hash.\n\n{}",
        processes.len(),
        TURN.as_secs(),
        table.text()
    )
}

/// How many seconds of processors the functions have used: Linux's `/proc/<pid>/task`.
struct Used {
    /// Their own threads.
    serving: f64,
    /// The threads that they hash on.
    hashing: f64,
}

impl Used {
    fn by(processes: &[Lambda]) -> Self {
        let mut used = Self {
            serving: 0.0,
            hashing: 0.0,
        };
        for process in processes {
            let own = process.id().to_string();
            let threads = fs::read_dir(format!("/proc/{own}/task")).expect("Linux tells");
            for thread in threads {
                let thread = thread.expect("Linux tells");
                let seconds = seconds(&thread.path().join("stat"));
                if thread.file_name() == *own {
                    used.serving += seconds;
                } else {
                    used.hashing += seconds;
                }
            }
        }
        used
    }

    fn since(&self, before: &Self) -> Self {
        Self {
            serving: self.serving - before.serving,
            hashing: self.hashing - before.hashing,
        }
    }

    /// What part of it is the hash.
    fn hashing(&self) -> f64 {
        self.hashing / (self.hashing + self.serving)
    }
}

/// How many seconds of processors the gateway and the storage have used, which this process is.
fn used_here() -> f64 {
    seconds(Path::new("/proc/self/stat"))
}

/// What Linux's `stat` of a process or a thread says of its time on processors, in hundredths there.
fn seconds(stat: &Path) -> f64 {
    // A thread may have ended since it was listed.
    let stat = fs::read_to_string(stat).unwrap_or_default();
    let Some((_, fields)) = stat.rsplit_once(')') else {
        return 0.0;
    };
    // After the name: `utime` is the twelfth field, `stime` the next.
    let fields = fields.split_whitespace().skip(11).take(2);
    let ticks = fields.map(|ticks| ticks.parse::<u32>().expect("a number"));
    f64::from(ticks.sum::<u32>()) / 100.0
}

/// How many hashes `threads` make a second, in memory that is kept, as this service does.
fn hashes(threads: usize) -> f64 {
    let hash = || {
        let mut hashes = 0;
        let mut memory = vec![Block::new(); Params::DEFAULT.block_count()];
        let clock = Clock::system().stopwatch();
        while clock.elapsed() < TURN {
            let mut hash = [0; 32];
            let done = Argon2::default().hash_password_into_with_memory(
                b"123456",
                &[7; 16],
                &mut hash,
                memory.as_mut_slice(),
            );
            done.expect("a password and a salt can be hashed");
            hashes += 1;
        }
        f64::from(hashes) / clock.elapsed().as_secs_f64()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(hash)).collect();
        let rates = threads.into_iter().map(thread::ScopedJoinHandle::join);
        rates
            .map(|rate| rate.expect("hashing does not panic"))
            .sum()
    })
}

/// How many logins the processes answer a second.
async fn logins(processes: Vec<Lambda>, login: &Take) -> (f64, Vec<Lambda>) {
    let mut running = JoinSet::new();
    for mut process in processes {
        let event = login.event.clone();
        running.spawn(async move {
            let mut logins = 0;
            let clock = Clock::system().stopwatch();
            while clock.elapsed() < TURN {
                let answer = process.answer(&event).await;
                assert_good(&event, &answer);
                logins += 1;
            }
            (f64::from(logins) / clock.elapsed().as_secs_f64(), process)
        });
    }
    let (rates, processes): (Vec<f64>, Vec<_>) = running.join_all().await.into_iter().unzip();
    (rates.iter().sum(), processes)
}
