//! Logins a second with all processors busy, beside the hashes a second that these can do; and what part
//! of its processor time a function spends on the hash.

use std::{
    fs,
    ops::{AddAssign, Sub},
    path::Path,
    thread,
    time::Duration,
};

use crate::{
    cases,
    processor::Processor,
    report::{Table, say},
    stage::{Binaries, Stage},
};

/// How long each side has in a round: neighbours on the machine come and go more slowly.
const TURN: Duration = Duration::from_millis(250);
const ROUNDS: usize = 200;

/// Hashes and logs in by turns.
pub async fn measure(binaries: &Binaries) -> String {
    say("logins beside hashes");
    let mut stage = Stage::set(binaries).await;
    let cases = cases::all(&mut stage).await;
    stage.dismiss().await;
    let mut cases = cases.into_iter();
    let login = cases.find(|case| case.endpoint == "POST /v1/site/login");
    let login = login.expect("it is an endpoint").first;
    let number = thread::available_parallelism()
        .expect("the system knows")
        .get();
    let [mut loops, mut functions] = [(); 2].map(|()| Vec::new());
    for each in 0..number {
        loops.push(Processor::hashing(each, binaries).await);
        functions.push(Processor::logging_in(each, binaries, &login).await);
    }
    let [mut hashing, mut logging_in, mut shares] = [(); 3].map(|()| Vec::new());
    let mut used = Used::default();
    for _ in 0..ROUNDS {
        let hashes = rate(&mut loops).await;
        let before = Used::by(&functions);
        let logins = rate(&mut functions).await;
        used += Used::by(&functions) - before;
        hashing.push(hashes);
        logging_in.push(logins);
        shares.push(100.0 * logins / hashes);
    }
    let all = used.serving + used.hashing + used.around;
    let mut table = Table::new(&["", "lower quartile", "median", "upper quartile"]);
    for (name, unit, of) in [
        ("hashes a second", "", &mut hashing),
        ("logins a second", "", &mut logging_in),
        ("logins of the hashes beside them", " %", &mut shares),
    ] {
        of.sort_by(f64::total_cmp);
        let quartiles = [1, 2, 3].map(|quarter| of[ROUNDS * quarter / 4]);
        let [lower, median, upper] = quartiles.map(|figure| format!("{figure:.1}{unit}"));
        table = table.row(&[name, &lower, &median, &upper]);
    }
    format!(
        "{number} processes of `site-auth` on {number} processors, {ROUNDS} rounds, {} milliseconds a \
         turn. Logins are **{:.1} %** of the hashes, in the median. Of the functions' processor time \
         **{:.1} %** is the hash; gateway and storage used {:.1} % of all.\n\n{}",
        TURN.as_millis(),
        shares[ROUNDS / 2],
        100.0 * used.hashing / (used.hashing + used.serving),
        100.0 * used.around / all,
        table.text()
    )
}

/// How many seconds of processors were used.
#[derive(Clone, Copy, Default)]
struct Used {
    /// By the functions' own threads: Linux's `/proc/<pid>/task`.
    serving: f64,
    /// By the threads that they hash on.
    hashing: f64,
    /// By gateway and storage, which this process is.
    around: f64,
}

impl Used {
    /// So far.
    fn by(processors: &[Processor]) -> Self {
        let mut used = Self {
            around: seconds(Path::new("/proc/self/stat")),
            ..Self::default()
        };
        for processor in processors {
            let own = processor.process.to_string();
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
}

impl AddAssign for Used {
    fn add_assign(&mut self, other: Self) {
        self.serving += other.serving;
        self.hashing += other.hashing;
        self.around += other.around;
    }
}

impl Sub for Used {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            serving: self.serving - before.serving,
            hashing: self.hashing - before.hashing,
            around: self.around - before.around,
        }
    }
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

/// How often a second the processors do what they are for, all of them at once.
async fn rate(processors: &mut [Processor]) -> f64 {
    for processor in &*processors {
        processor.begin(TURN);
    }
    let mut rate = 0.0;
    for processor in processors {
        rate += processor.rate().await;
    }
    rate
}
