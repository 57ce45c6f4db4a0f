//! What became of the cases.

use std::collections::BTreeMap;

use super::case::{Case, Outcome};

/// What became of the cases.
#[derive(Default)]
pub struct Results {
    pub calls: usize,
    pub cases: usize,
    survived: usize,
    refused: usize,
    undone: usize,
    left_counted: usize,
    busy: usize,
    done: BTreeMap<String, usize>,
    /// Cases that a busy machine may have spoiled, to be run again alone.
    pub put_off: Vec<Case>,
    /// How many were run again.
    pub again: usize,
    pub wrong: Vec<String>,
}

impl Results {
    pub fn count(&mut self, outcome: Outcome, what: &str) {
        match outcome {
            Outcome::Survived => self.survived += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Undone => self.undone += 1,
            Outcome::LeftCounted => self.left_counted += 1,
            Outcome::Busy => self.busy += 1,
            Outcome::Done => *self.done.entry(what.to_owned()).or_default() += 1,
        }
    }

    pub fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.cases += other.cases;
        self.survived += other.survived;
        self.refused += other.refused;
        self.undone += other.undone;
        self.left_counted += other.left_counted;
        self.busy += other.busy;
        for (what, count) in other.done {
            *self.done.entry(what).or_default() += count;
        }
        self.put_off.extend(other.put_off);
        self.wrong.extend(other.wrong);
    }

    /// Says the figures that stand in the documents.
    #[expect(clippy::print_stdout, reason = "they are for a reader of the test")]
    pub fn print(&self, what: &str, endpoints: usize) {
        println!(
            "{what}: {endpoints} endpoints and states, {} calls, {} cases: {} survived, {} not done and done \
             when asked again, {} done and not said so, {} messages left counted, {} refused by a carrier, \
             {} asked to try again; {} run again alone",
            self.calls,
            self.cases,
            self.survived,
            self.undone,
            self.done.values().sum::<usize>(),
            self.left_counted,
            self.refused,
            self.busy,
            self.again,
        );
        for what in self.done.keys() {
            println!("  done: {what}");
        }
    }
}
