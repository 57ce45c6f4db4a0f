//! Ledgers: what a member holds is what the entries add up to, by the rules written down once more.

use std::collections::BTreeMap;

use shared::{
    base::clock::Time,
    domain::{
        member::Member,
        points::{CHECKPOINT_EVERY, EXPIRED, Points},
    },
    store::ledger::entries::{Entry, EntryKey},
};

use super::{Found, Kind, Table};

pub(super) fn check(table: &Table<'_>, found: &mut Found) {
    let mut ledgers: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
    for (pk, sk, item) in table.all(Kind::Entry) {
        let Some(entry) = found.decoded(&format!("{pk} {sk}"), item) else {
            continue;
        };
        ledgers.entry(pk).or_default().push(Line {
            sk: sk.to_owned(),
            entry,
            checkpoint: item["checkpoint"].as_i64(),
            entry_times: bytes(&item["entry_times"]),
        });
    }
    for pk in ledgers.keys() {
        found.unless(table.members.contains_key(pk), || {
            format!("{pk} has entries and no member")
        });
    }
    for (pk, member) in &table.members {
        let lines = ledgers.remove(pk).unwrap_or_default();
        let mut ledger = Ledger {
            pk,
            found,
            held: Points::default(),
            lots: BTreeMap::new(),
            sum: 0,
        };
        ledger.read(lines, member, table);
    }
}

/// An entry as stored.
struct Line {
    sk: String,
    entry: Entry,
    checkpoint: Option<i64>,
    entry_times: Vec<u8>,
}

fn bytes(value: &serde_json::Value) -> Vec<u8> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|byte| u8::try_from(byte.as_u64()?).ok())
        .collect()
}

/// A ledger as far as it has been read.
struct Ledger<'a> {
    pk: &'a str,
    found: &'a mut Found,
    held: Points,
    /// What is left of what was earned in each year.
    lots: BTreeMap<i32, i64>,
    sum: i64,
}

impl Ledger<'_> {
    fn complain(&mut self, good: bool, wrong: impl FnOnce() -> String) {
        let pk = self.pk;
        self.found.unless(good, || format!("{pk}: {}", wrong()));
    }

    fn read(&mut self, mut lines: Vec<Line>, member: &Member, table: &Table<'_>) {
        lines.sort_by_key(|line| line.entry.seq);
        for (place, line) in (1..).zip(&lines) {
            let (sk, seq) = (&line.sk, line.entry.seq);
            self.complain(seq == place, || {
                format!("{sk} has place {seq}, not {place}")
            });
            self.post(line);
            self.checkpoint(line);
        }
        let newest = Time::from_millis(self.held.newest);
        self.complain(table.has_been(newest.millis()), || {
            "an entry is of the future".to_owned()
        });
        self.held.seq = lines.len().try_into().unwrap_or(u64::MAX);
        if self.held.seq > 0 {
            self.held.year = newest.year();
            let left = |year| self.lots.get(&year).copied().unwrap_or_default();
            self.held.this_year = left(self.held.year);
            self.held.last_year = left(self.held.year - 1);
        }
        let (held, said) = (self.held.clone(), &member.points);
        self.complain(held == *said, || {
            format!("the member holds {said:?}, and the entries are {held:?}")
        });
    }

    /// Takes an entry for what it says, and looks whether it may say so.
    fn post(&mut self, line: &Line) {
        let Line { sk, entry, .. } = line;
        let (point, at) = (entry.point, entry.at);
        self.complain(at.millis() >= self.held.newest, || {
            format!("{sk} is older than the entry before")
        });
        let year = at.year();
        if let Some(began) = sk.strip_prefix("expiry#") {
            let lost = self.lots.remove(&(year - 2)).unwrap_or_default();
            let good = began == year.to_string()
                && at == Time::year_start(year)
                && entry.desc == EXPIRED
                && entry.actor.is_none()
                && point == -lost
                && lost > 0;
            self.complain(good, || format!("{sk} says {point}, and {lost} expired"));
        } else {
            let key = sk.strip_prefix("points#").unwrap_or_default();
            self.complain(key.parse::<EntryKey>().is_ok() && point != 0, || {
                format!("{sk} of {point} points is no entry")
            });
            self.complain(entry.actor.is_some(), || format!("nobody asked for {sk}"));
            if point > 0 {
                *self.lots.entry(year).or_default() += point;
                self.held.credited += point;
            } else {
                self.held.spent -= point;
                let mut left = -point;
                for lot in self.lots.values_mut() {
                    let taken = left.clamp(0, *lot);
                    *lot -= taken;
                    left -= taken;
                }
                self.complain(left == 0, || format!("{sk} overdraws by {left}"));
            }
        }
        let over: i64 = self.lots.range(..year - 1).map(|(_, left)| left).sum();
        self.complain(over == 0, || format!("{over} points outlived {sk}"));
        self.sum += point;
        let (sum, balance) = (self.sum, entry.balance);
        self.complain(balance == sum, || {
            format!("{sk} says {balance} were left of {sum}")
        });
    }

    /// Every 32nd entry is a checkpoint, unless the one due before it is of the same moment; the
    /// member holds the times since the last one that was due.
    fn checkpoint(&mut self, line: &Line) {
        let Line { sk, entry, .. } = line;
        if entry.seq > 1 && (entry.seq - 1).is_multiple_of(CHECKPOINT_EVERY) {
            self.held.checkpoint_at = self.held.newest;
            self.held.entry_times.clear();
        }
        self.held.newest = entry.at.millis();
        let time = entry.at.millis().to_be_bytes();
        self.held.entry_times.extend_from_slice(&time[2..]);
        let is_due = entry.seq.is_multiple_of(CHECKPOINT_EVERY);
        let good = if is_due && self.held.checkpoint_at < self.held.newest {
            line.checkpoint == Some(entry.at.millis()) && line.entry_times == self.held.entry_times
        } else {
            line.checkpoint.is_none() && line.entry_times.is_empty()
        };
        self.complain(good, || format!("{sk} is a wrong checkpoint"));
    }
}
