//! Logins a second with all processors busy, beside the hashes a second that these can do: as the
//! library makes them, and as this service does.

use std::{fs, thread, time::Duration};

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

const PASSWORD: &[u8] = b"123456";
const SALT: [u8; 16] = [7; 16];

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
        "hashes a second, the library's",
        "in kept memory",
        "logins a second",
        "of the library's",
        "of those in kept memory",
        "processors left to the functions",
    ]);
    let mut shares = [Vec::new(), Vec::new()];
    for round in 1..=ROUNDS {
        let anew = hashes(processors.get(), &anew);
        let kept = hashes(processors.get(), &in_kept_memory);
        let before = used_here();
        let (logins, used) = logins(processes, &login).await;
        processes = used;
        let all = f64::from(u32::try_from(processors.get()).expect("processors are few"));
        let left = 1.0 - (used_here() - before) / (all * TURN.as_secs_f64());
        let of = [anew, kept].map(|hashes| logins / hashes * 100.0);
        for (shares, share) in shares.iter_mut().zip(of) {
            shares.push(share);
        }
        let mut row = vec![round.to_string()];
        row.extend([anew, kept, logins].map(|rate| format!("{rate:.1}")));
        row.extend([of[0], of[1], left * 100.0].map(|share| format!("{share:.1} %")));
        table = table.row(&row);
    }
    let [anew, kept] = shares.map(|mut shares| {
        shares.sort_by(f64::total_cmp);
        shares[ROUNDS / 2]
    });
    format!(
        "{} processes of `site-auth` on {processors} processors, {} seconds a turn. Median share of the library's hashes: \
         **{anew:.1} %**; of those in kept memory: **{kept:.1} %**.\n\n{}",
        processes.len(),
        TURN.as_secs(),
        table.text()
    )
}

/// How many seconds of processors the gateway and the storage have used, which this process is: Linux's
/// `/proc/self/stat`, in hundredths.
fn used_here() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let (_, fields) = stat.rsplit_once(')').expect("after the name");
    let fields = fields.split_whitespace().skip(11).take(2);
    let ticks = fields.map(|ticks| ticks.parse::<u32>().expect("a number"));
    f64::from(ticks.sum::<u32>()) / 100.0
}

/// A hash as the library makes it: in memory of its own.
fn anew(_: &mut [Block], hash: &mut [u8]) -> argon2::Result<()> {
    Argon2::default().hash_password_into(PASSWORD, &SALT, hash)
}

/// A hash as this service makes it: in memory that is kept from one to the next.
fn in_kept_memory(memory: &mut [Block], hash: &mut [u8]) -> argon2::Result<()> {
    Argon2::default().hash_password_into_with_memory(PASSWORD, &SALT, hash, memory)
}

/// How many hashes `threads` make a second.
fn hashes(
    threads: usize,
    hash: &(impl Fn(&mut [Block], &mut [u8]) -> argon2::Result<()> + Sync),
) -> f64 {
    let rate = || {
        let mut hashes = 0;
        let mut memory = vec![Block::new(); Params::DEFAULT.block_count()];
        let clock = Clock::system().stopwatch();
        while clock.elapsed() < TURN {
            hash(&mut memory, &mut [0; 32]).expect("a password and a salt can be hashed");
            hashes += 1;
        }
        f64::from(hashes) / clock.elapsed().as_secs_f64()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(rate)).collect();
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
