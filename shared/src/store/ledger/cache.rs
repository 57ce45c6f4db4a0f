//! What this process last saw of a few ledgers. Nothing relies on it: a write that starts from it
//! is conditional on its being current, and a page that was guessed from it is checked against the
//! member. Where it is right, a round trip is saved.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::domain::{member::MemberId, points::Points};
use crate::store::ledger::page::PageCursors;

/// How many ledgers are remembered, at some 300 bytes each.
const MOST: usize = 1024;

/// What was seen of a ledger.
#[derive(Clone, Debug, Default)]
pub struct CachedLedger {
    /// What the member held.
    pub points: Points,
    /// What was being read.
    pub views: PageCursors,
}

#[derive(Clone, Debug, Default)]
pub(in crate::store) struct LedgerCache(Arc<Mutex<HashMap<MemberId, CachedLedger>>>);

impl LedgerCache {
    pub(in crate::store) fn get(&self, id: MemberId) -> Option<CachedLedger> {
        self.all().get(&id).cloned()
    }

    pub(in crate::store) fn remember(&self, id: MemberId, points: Points) {
        let mut all = self.all();
        if all.len() >= MOST && !all.contains_key(&id) {
            all.clear();
        }
        all.entry(id).or_default().points = points;
    }

    pub(in crate::store) fn remember_views(&self, id: MemberId, views: PageCursors) {
        if let Some(seen) = self.all().get_mut(&id) {
            seen.views = views;
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<MemberId, CachedLedger>> {
        // Whoever panicked here left whole entries behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
