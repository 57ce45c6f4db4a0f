//! What a client was told of a member. Nothing else asks for that member, so what was acknowledged
//! last is so, unless something with an unknown outcome came after it.

/// How a member registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Username,
    Email,
    Mobile,
}

/// An entry that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub point: i64,
    /// Its place and the balance, once it was acknowledged.
    pub acknowledged: Option<(u64, i64)>,
    /// Whether it was refused, and no earlier request for it is in the dark.
    pub refused: bool,
}

/// A member, or somebody who tried to become one.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub kind: Kind,
    pub name: String,
    pub id: Option<u64>,
    /// Whether the registration was acknowledged, by its answer or by a login after it.
    pub is_registered: bool,
    /// What the password may be: the one acknowledged last, and those since that may have been set.
    pub passwords: Vec<String>,
    /// How many renewals were acknowledged.
    pub renewed: usize,
    /// What the nickname may be, likewise.
    pub nicknames: Vec<Option<String>>,
    pub entries: Vec<Entry>,
    /// Tokens that were told to be over.
    pub dead: Vec<String>,
    /// A browser's session that must be live.
    pub browser: Option<String>,
    /// A group's pair: its session must be live, and its refresh token good.
    pub pair: Option<(String, String)>,
    /// Whether the pair may have been exchanged by a request that got no answer: its access token is
    /// over then.
    pub may_have_rotated: bool,
}

impl Account {
    pub(super) fn new(kind: Kind, name: String, password: String) -> Self {
        Self {
            kind,
            name,
            id: None,
            is_registered: false,
            passwords: vec![password],
            renewed: 0,
            nicknames: vec![None],
            entries: Vec::new(),
            dead: Vec::new(),
            browser: None,
            pair: None,
            may_have_rotated: false,
        }
    }

    /// Takes over a pair that was handed over: the session's access token of before is over.
    pub(super) fn hold(&mut self, pair: (String, String)) {
        let access = pair.0.clone();
        let before = self.pair.replace(pair).map(|(before, _)| before);
        self.dead.extend(before.filter(|before| *before != access));
        self.may_have_rotated = false;
    }

    /// The password, where it is known.
    pub(super) fn password(&self) -> Option<&str> {
        match &self.passwords[..] {
            [password] => Some(password),
            _ => None,
        }
    }

    /// What holds of the sessions once a new password was set: all are over.
    pub(super) fn renew(&mut self, password: String) {
        self.dead.extend(self.browser.take());
        self.dead.extend(self.pair.take().map(|(access, _)| access));
        self.passwords = vec![password];
        self.renewed += 1;
    }

    /// What holds once a new password may have been set.
    pub(super) fn may_have_renewed(&mut self, password: String) {
        self.browser = None;
        self.pair = None;
        self.passwords.push(password);
    }

    /// The balance, where every entry's outcome is known.
    pub(super) fn balance(&self) -> Option<i64> {
        let known = |entry: &Entry| entry.acknowledged.is_some() || entry.refused;
        let written = self
            .entries
            .iter()
            .filter(|entry| entry.acknowledged.is_some());
        self.entries
            .iter()
            .all(known)
            .then(|| written.map(|entry| entry.point).sum())
    }

    /// How many outcomes are in the dark.
    pub(super) fn unknown(&self) -> usize {
        let entries = self
            .entries
            .iter()
            .filter(|entry| entry.acknowledged.is_none() && !entry.refused);
        entries.count() + self.passwords.len() - 1 + usize::from(!self.is_registered)
    }
}
