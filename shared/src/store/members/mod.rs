//! Members: made, visited, changed. The item's layout stands on [`Member`].

pub mod identifiers;
pub mod passwords;

use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::store::{
    StoreError,
    dynamodb::table::Table,
    dynamodb::{
        item::{b, decode, encode, n, s},
        update::{ConditionalUpdate, Updated, WriteToken},
    },
    key::{Key, PK},
    limits::{
        Limits,
        fixed_window::{Assume, Event, Uncounted, Window},
    },
    sessions::Sessions,
    sessions::item::{Rotation, Session, SessionKey},
    verification::Verification,
    verification::codes::RightCode,
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::member::{Member, MemberId, Profile},
};

/// How many members an address may register, and how often it may hear that a name is taken, within an hour
/// of the first.
pub const REGISTRATIONS: Window = Window {
    limit: 60,
    told: 100,
    seconds: 3600,
};

/// The sort key of their counter.
const REGISTERED: &str = "registrations";

/// Members, their identifiers and passwords.
#[derive(Clone, Copy, Debug)]
pub struct Members<'a>(pub(in crate::store) &'a Table);

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

impl Members<'_> {
    /// Makes a member with the names it logs in by and a first session, counts it for its address
    /// and uses up the code that a mobile is registered with: all or nothing. Eight write units for
    /// a member with one name, two more with a code.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn create_member(
        self,
        member: &Member,
        key: &SessionKey,
        session: &Session,
        address: &str,
        code: Option<&RightCode<'_>>,
    ) -> Result<Created, StoreError> {
        let now = member.created_at;
        let mut assume = Assume::Running;
        loop {
            let counter = Key::address(address, REGISTERED);
            let mut writes = vec![
                self.0
                    .transact_update(REGISTRATIONS.count(Event::Done, counter, now, assume)),
                self.new_member(member)?,
                Sessions(self.0).begin_session(key, session)?,
            ];
            for login in member.logins() {
                writes.push(self.take_login(&login, member)?);
            }
            let after_logins = writes.len();
            writes.extend(code.map(|code| Verification(self.0).use_up_code(code, now)));
            let mut unmet = self.0.transact(writes).await?;
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

    /// Counts that an address hears that a name is taken; where it heard too often, says when it is
    /// welcome again. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_taken(
        self,
        address: &str,
        now: Time,
        mark: WriteToken,
    ) -> Result<Option<Time>, StoreError> {
        Limits(self.0)
            .count_told(REGISTRATIONS, address, REGISTERED, now, mark)
            .await
    }

    fn new_member(self, member: &Member) -> Result<TransactWriteItem, StoreError> {
        let mut item = encode("member", member)?;
        item.extend(Key::member(member.id).into_item());
        Ok(self.0.transact_put(item, Some(PK)))
    }

    /// Counts a visit, once however often it is said, and gives the member; `None` where the member
    /// is of another generation by now, or gone. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn record_visit(
        self,
        id: MemberId,
        visit: Visit<'_>,
    ) -> Result<Option<Member>, StoreError> {
        let change = ConditionalUpdate::new(
            Key::member(id),
            format!("SET #updated_at = :now{VISIT}"),
            "#generation = :generation AND (attribute_not_exists(#visit) OR #visit <> :visit)",
        );
        let item = match self.0.update(visit.describe(change)).await? {
            Updated::Done(item) => Some(item),
            Updated::ConditionFailed(item) => item,
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
        self,
        member: &Member,
        profile: &Profile,
        now: Time,
    ) -> Result<Option<Member>, StoreError> {
        let change = profile_change(member, profile)?
            .value(":now", n(now.millis()))
            .value(":generation", n(member.generation));
        match self.0.update(change).await? {
            Updated::Done(item) => Ok(Some(decode("member", item)?)),
            Updated::ConditionFailed(_) => Ok(None),
        }
    }

    /// Writes what differs between the member's profile and `profile`, counts a visit and rotates
    /// the session's pair: all or nothing. `false` where the session has rotated or ended
    /// meanwhile. Four write units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn save_profile_and_rotate(
        self,
        member: &Member,
        profile: &Profile,
        visit: Visit<'_>,
        presented: &Digest,
        rotation: &Rotation,
    ) -> Result<bool, StoreError> {
        let change = visit.describe(profile_change(member, profile)?.and(VISIT));
        let writes = vec![
            self.0.transact_update(change),
            Sessions(self.0).rotate_by_access(visit.key, presented, rotation)?,
        ];
        Ok(self.0.transact(writes).await?.is_empty())
    }
}

/// What a visit adds to an update of its member; [`Visit::describe`] says the values.
const VISIT: &str = ", #visit_count = #visit_count + :one, #last_time = :now, #last_ip = :ip, \
                     #visit = :visit";

impl Visit<'_> {
    fn describe(&self, change: ConditionalUpdate) -> ConditionalUpdate {
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
fn profile_change(member: &Member, profile: &Profile) -> Result<ConditionalUpdate, StoreError> {
    let old = encode("profile", &member.profile)?;
    let new = encode("profile", profile)?;
    let unchanged = "#generation = :generation";
    let mut change =
        ConditionalUpdate::new(Key::member(member.id), "SET #updated_at = :now", unchanged);
    for (name, value) in new {
        if old.get(&name) != Some(&value) {
            change = change
                .and(&format!(", #profile.#{name} = :{name}"))
                .value(&format!(":{name}"), value);
        }
    }
    Ok(change)
}
