//! A processor that does one thing over and over, with all that it takes: what it waits for is done on it
//! too, and nothing else is done there.

use std::{process::Stdio, thread, time::Duration};

use shared::base::clock::Clock;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
    runtime::Builder,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{
    cases::Take,
    recording::Recorder,
    stage::{Binaries, assert_good, start},
};

/// A processor that is told when to begin.
pub struct Processor {
    turns: UnboundedSender<Duration>,
    rates: UnboundedReceiver<f64>,
    /// The number of the process that works there.
    pub process: u32,
}

/// What the thread of a processor hears and says.
struct Orders {
    process: UnboundedSender<u32>,
    turns: UnboundedReceiver<Duration>,
    rates: UnboundedSender<f64>,
}

impl Processor {
    /// Lets the processor of this number hash passwords.
    pub async fn hashing(number: usize, binaries: &Binaries) -> Self {
        let mut hash = Command::new(binaries.path("hash"));
        hash.stdin(Stdio::piped()).stdout(Stdio::piped());
        hash.kill_on_drop(true);
        Self::start(number, async move |orders| {
            let mut process = hash.spawn().expect("the binary starts");
            let mut asked = process.stdin.take().expect("a pipe");
            let mut told = BufReader::new(process.stdout.take().expect("a pipe")).lines();
            orders
                .follow(process.id().expect("it runs"), async || {
                    asked.write_all(b"123456\n").await.expect("it listens");
                    let hash = told.next_line().await.expect("it is text");
                    assert!(hash.is_some(), "it answers");
                })
                .await;
        })
        .await
    }

    /// Lets a process of `site-auth` on the processor of this number log in.
    pub async fn logging_in(number: usize, binaries: &Binaries, login: &Take) -> Self {
        let (binaries, login) = (binaries.clone(), login.clone());
        Self::start(number, async move |orders| {
            // What it says was recorded elsewhere: there is nothing behind it.
            let recorder = Recorder::start("").await;
            recorder.replay(&login.recording);
            let mut function = start(&binaries, "site-auth", &recorder.url).await;
            orders
                .follow(function.id(), async || {
                    let answer = function.answer(&login.event).await;
                    assert_good(&login.event, &answer);
                })
                .await;
        })
        .await
    }

    async fn start(number: usize, work: impl AsyncFnOnce(Orders) + Send + 'static) -> Self {
        let (turns, heard) = unbounded_channel();
        let (said, rates) = unbounded_channel();
        let (started, mut process) = unbounded_channel();
        let orders = Orders {
            process: started,
            turns: heard,
            rates: said,
        };
        thread::spawn(move || {
            keep_to(number);
            let runtime = Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime starts").block_on(work(orders));
        });
        Self {
            turns,
            rates,
            process: process.recv().await.expect("it starts"),
        }
    }

    /// Has it work for so long.
    pub fn begin(&self, turn: Duration) {
        self.turns.send(turn).expect("it runs");
    }

    /// How often a second it was done.
    pub async fn rate(&mut self) -> f64 {
        self.rates.recv().await.expect("it runs")
    }
}

impl Orders {
    /// Does `work` for as long as it is said, as often as it is said.
    async fn follow(mut self, process: u32, mut work: impl AsyncFnMut()) {
        self.process.send(process).expect("it is waited for");
        while let Some(turn) = self.turns.recv().await {
            let mut times = 0;
            let clock = Clock::system().stopwatch();
            while clock.elapsed() < turn {
                work().await;
                times += 1;
            }
            let rate = f64::from(times) / clock.elapsed().as_secs_f64();
            self.rates.send(rate).expect("it is waited for");
        }
    }
}

/// Keeps the calling thread, and what it will start, to one of the processors that this process may run
/// on. Lambda gives a function a share of a processor to itself; left to the system, two hashes are at
/// times stacked on one processor while another idles.
#[cfg(target_os = "linux")]
fn keep_to(number: usize) {
    use nix::{
        sched::{CpuSet, sched_getaffinity, sched_setaffinity},
        unistd::Pid,
    };
    let allowed = sched_getaffinity(Pid::this()).expect("Linux tells");
    let mut allowed = (0..CpuSet::count()).filter(|number| allowed.is_set(*number) == Ok(true));
    let mut set = CpuSet::new();
    let one = allowed.nth(number).expect("there are as many");
    set.set(one).expect("it is one of this machine's");
    let this_thread = Pid::from_raw(0);
    sched_setaffinity(this_thread, &set).expect("a thread may say where it runs");
}

/// Elsewhere than on Linux threads run where they are put.
#[cfg(not(target_os = "linux"))]
fn keep_to(_: usize) {}
