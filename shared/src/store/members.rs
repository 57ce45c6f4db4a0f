//! Members: made, visited, changed. The item's layout stands on [`Member`].

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::{
    Key, PK, Store, StoreError, b,
    change::{Change, Changed},
    codes::RightCode,
    decode, encode,
    logins::Account,
    n,
    resets::Link,
    s,
    sessions::{Rotation, Session, SessionKey},
    value,
    window::{Assume, Uncounted, Window},
};
use crate::{
    clock::Time,
    digest::Digest,
    member::{Member, MemberId, Profile},
    names::Login,
    password::PasswordHash,
};

/// How many members an address may register within an hour of the first.
pub const REGISTRATIONS: Window = Window {
    limit: 60,
    seconds: 3600,
};

/// What became of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// The member is there, and logged in.
    Done,
    /// Somebody has the name.
    LoginTaken,
    /// Somebody has the number: draw another.
    IdTaken,
    /// The code has been used up or replaced meanwhile, or its time is over.
    CodeGone,
    /// The address registered too many; the next is welcome at this time.
    TooMany(Time),
}

/// What lets somebody set a new password without the old one. It does so once.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// A verification code.
    Code(RightCode<'a>),
    /// A link from a mail.
    Link(&'a Link),
}

/// What became of a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// The password is set, and every session has ended.
    Done,
    /// The proof has been used up or replaced meanwhile, or its time is over.
    ProofGone,
    /// There is no such member any more.
    NoMember,
}

/// How often a reset is tried while the member's password is changed by others.
const RESET_TRIES: usize = 4;

/// A visit: a login, or a refresh.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// Where its session lies.
    pub key: &'a SessionKey,
    /// The digest of the session's access token, by which the visit is counted once.
    pub access: &'a Digest,
    /// The generation the session quotes.
    pub generation: u64,
    /// When.
    pub at: Time,
    /// From which address.
    pub ip: &'a str,
}

impl Store {
    /// Makes a member with the names it logs in by and a first session, counts it for its address
    /// and uses up the code that a mobile is registered with: all or nothing. Eight write units for
    /// a member with one name, two more with a code.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn create_member(
        &self,
        member: &Member,
        key: &SessionKey,
        session: &Session,
        address: &str,
        code: Option<&RightCode<'_>>,
    ) -> Result<Created, StoreError> {
        let now = member.created_at;
        let mut assume = Assume::Running;
        loop {
            let counter = Key::address(address, "registrations");
            let mut writes = vec![
                self.changing(REGISTRATIONS.count(counter, now, assume)),
                self.new_member(member)?,
                self.begin_session(key, session)?,
            ];
            for login in member.logins() {
                writes.push(self.take_login(&login, member)?);
            }
            let after_logins = writes.len();
            writes.extend(code.map(|code| self.use_up_code(code, now)));
            let mut unmet = self.transact(writes).await?;
            if unmet.is_empty() {
                return Ok(Created::Done);
            }
            let counter = unmet.iter().position(|unmet| unmet.index == 0);
            if let Some(counter) = counter {
                match REGISTRATIONS.uncounted(unmet.swap_remove(counter).item, now)? {
                    Uncounted::TooMany(until) => return Ok(Created::TooMany(until)),
                    Uncounted::Retry(again) => assume = again,
                }
            } else if (unmet.iter()).any(|unmet| (3..after_logins).contains(&unmet.index)) {
                return Ok(Created::LoginTaken);
            } else if unmet.iter().any(|unmet| unmet.index == after_logins) {
                return Ok(Created::CodeGone);
            } else {
                return Ok(Created::IdTaken);
            }
        }
    }

    fn new_member(&self, member: &Member) -> Result<TransactWriteItem, StoreError> {
        let mut item = encode("member", member)?;
        item.extend(Key::member(member.id).into_item());
        Ok(self.putting(item, Some(PK)))
    }

    /// Counts a visit, once however often it is said, and gives the member; `None` where the member
    /// is of another generation by now, or gone. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn record_visit(
        &self,
        id: MemberId,
        visit: Visit<'_>,
    ) -> Result<Option<Member>, StoreError> {
        let change = Change::new(
            Key::member(id),
            format!("SET #updated_at = :now{VISIT}"),
            "#generation = :generation AND (attribute_not_exists(#visit) OR #visit <> :visit)",
        );
        let item = match self.change(visit.describe(change)).await? {
            Changed::Done(item) => Some(item),
            Changed::Unmet(item) => item,
        };
        let member: Option<Member> = item.map(|item| decode("member", item)).transpose()?;
        Ok(member.filter(|member| member.generation == visit.generation))
    }

    /// Writes what differs between the member's profile and `profile`, and gives the member as it is
    /// then; `None` where its sessions have been ended meanwhile. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn save_profile(
        &self,
        member: &Member,
        profile: &Profile,
        now: Time,
    ) -> Result<Option<Member>, StoreError> {
        let change = profile_change(member, profile)?
            .value(":now", n(now.millis()))
            .value(":generation", n(member.generation));
        match self.change(change).await? {
            Changed::Done(item) => Ok(Some(decode("member", item)?)),
            Changed::Unmet(_) => Ok(None),
        }
    }

    /// Writes what differs between the member's profile and `profile`, counts a visit and rotates
    /// the session's pair: all or nothing. `false` where the session has rotated or ended
    /// meanwhile. Four write units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn save_profile_and_rotate(
        &self,
        member: &Member,
        profile: &Profile,
        visit: Visit<'_>,
        presented: &Digest,
        rotation: &Rotation,
    ) -> Result<bool, StoreError> {
        let change = visit.describe(profile_change(member, profile)?.and(VISIT));
        let writes = vec![
            self.changing(change),
            self.rotate_by_access(visit.key, presented, rotation)?,
        ];
        Ok(self.transact(writes).await?.is_empty())
    }

    /// Gives a member a new password under each of its names. With `ending`, every session ends,
    /// and that one's item goes at once; without, it is the same password under a stronger hash.
    /// `false` where the password has been changed meanwhile. Two write units for the member, two
    /// for each name, two for the session.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn renew_password(
        &self,
        member: &Member,
        password: PasswordHash,
        ending: Option<&SessionKey>,
        now: Time,
    ) -> Result<bool, StoreError> {
        let renewed = Account {
            member: member.id,
            password,
            generation: member.generation + u64::from(ending.is_some()),
        };
        let logins: Vec<_> = member.logins().collect();
        let change = password_change(&renewed, member.generation, now)?;
        let mut writes = self.renewal(change, &logins, &renewed)?;
        writes.extend(ending.map(|key| self.drop_session(key)));
        Ok(self.transact(writes).await?.is_empty())
    }

    /// Gives the member who has the name `login` a new password, ends every session and uses up what
    /// allowed it: all or nothing. Six write units for a member with one name; for one with more,
    /// another round trip, and two for each.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reset_password(
        &self,
        login: &Login,
        account: &Account,
        password: PasswordHash,
        proof: Proof<'_>,
        now: Time,
    ) -> Result<Reset, StoreError> {
        let mut renewed = Account {
            member: account.member,
            password,
            generation: account.generation + 1,
        };
        let mut logins = vec![login.clone()];
        // The name that is known is taken for the only one. Where it is not, the failed condition
        // brings the member, and so the others.
        let mut assumed = Some(alone(login));
        for _ in 0..RESET_TRIES {
            let change = password_change(&renewed, renewed.generation - 1, now)?;
            let change = match assumed.take() {
                Some(alone) => change.only_if(&alone),
                None => change,
            };
            let mut writes = self.renewal(change, &logins, &renewed)?;
            let proof_index = writes.len();
            writes.push(match proof {
                Proof::Code(code) => self.use_up_code(&code, now),
                Proof::Link(link) => self.use_up_link(link, now),
            });
            let unmet = self.transact(writes).await?;
            if unmet.is_empty() {
                return Ok(Reset::Done);
            }
            if unmet.iter().any(|unmet| unmet.index == proof_index) {
                return Ok(Reset::ProofGone);
            }
            let member = unmet.into_iter().find(|unmet| unmet.index == 0);
            let Some(item) = member.and_then(|unmet| unmet.item) else {
                return Ok(Reset::NoMember);
            };
            let member: Member = decode("member", item)?;
            logins = member.logins().collect();
            renewed.generation = member.generation + 1;
        }
        Err(StoreError::Contended("member"))
    }

    /// A new password for a member and each of its names: the first writes of a transaction.
    fn renewal(
        &self,
        member: Change,
        logins: &[Login],
        renewed: &Account,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut writes = vec![self.changing(member)];
        for login in logins {
            writes.push(self.renew_login(login, renewed)?);
        }
        Ok(writes)
    }
}

fn password_change(renewed: &Account, generation: u64, now: Time) -> Result<Change, StoreError> {
    let change = Change::new(
        Key::member(renewed.member),
        "SET #password = :password, #generation = :next, #updated_at = :now",
        "#generation = :generation",
    );
    Ok(change
        .value(":password", value("password", &renewed.password)?)
        .value(":next", n(renewed.generation))
        .value(":generation", n(generation))
        .value(":now", n(now.millis())))
}

/// Holds for a member who has no name beside `login`.
fn alone(login: &Login) -> String {
    let own = match login {
        Login::Username(_) => "#username",
        Login::Email(_) => "#email",
        Login::Mobile(_) => "#mobile",
    };
    let others = ["#username", "#email", "#mobile"].into_iter();
    let others = others.filter(|name| *name != own);
    let absent: Vec<_> = others
        .map(|name| format!("attribute_not_exists({name})"))
        .collect();
    absent.join(" AND ")
}

/// What a visit adds to an update of its member; [`Visit::describe`] says the values.
const VISIT: &str = ", #visit_count = #visit_count + :one, #last_time = :now, #last_ip = :ip, \
                     #visit = :visit";

impl Visit<'_> {
    fn describe(&self, change: Change) -> Change {
        change
            .alias("#visit", &self.key.visits)
            .value(":one", n(1))
            .value(":now", n(self.at.millis()))
            .value(":ip", s(self.ip))
            .value(":visit", b(&self.access.as_bytes()[..8]))
            .value(":generation", n(self.generation))
    }
}

/// The change of the attributes that differ between the member's profile and `profile`; `:now` and
/// `:generation` are still to be said.
fn profile_change(member: &Member, profile: &Profile) -> Result<Change, StoreError> {
    let old = encode("profile", &member.profile)?;
    let new = encode("profile", profile)?;
    let unchanged = "#generation = :generation";
    let mut change = Change::new(Key::member(member.id), "SET #updated_at = :now", unchanged);
    for (name, value) in new {
        if old.get(&name) != Some(&value) {
            change = change
                .and(&format!(", #profile.#{name} = :{name}"))
                .value(&format!(":{name}"), value);
        }
    }
    Ok(change)
}
