//! What became of the cases.

use std::collections::BTreeMap;

/// What became of the cases.
#[derive(Default)]
pub struct Tally {
    pub calls: usize,
    pub cases: usize,
    /// Cases whose first answer was that of an undisturbed request.
    pub survived: usize,
    /// Cases whose first answer was a fault, and whose second as if nothing had been asked.
    pub undone: usize,
    /// Cases whose first answer was a fault though it was done, as their second says.
    pub done: BTreeMap<String, usize>,
    /// Cases whose message or mail stays counted, for the deadline ended them in between.
    pub dropped: usize,
    pub wrong: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.cases += other.cases;
        self.survived += other.survived;
        self.undone += other.undone;
        self.dropped += other.dropped;
        for (what, count) in other.done {
            *self.done.entry(what).or_default() += count;
        }
        self.wrong.extend(other.wrong);
    }

    /// Says the figures that stand in the documents.
    #[expect(clippy::print_stdout, reason = "they are for a reader of the test")]
    pub fn print(&self, what: &str, endpoints: usize) {
        println!(
            "{what}: {} endpoints and states, {} calls, {} cases: {} survived, {} not done and done when \
             asked again, {} done and not said so, {} messages left counted",
            endpoints,
            self.calls,
            self.cases,
            self.survived,
            self.undone,
            self.done.values().sum::<usize>(),
            self.dropped,
        );
        for what in self.done.keys() {
            println!("  done: {what}");
        }
    }
}
