//! Members: made, visited, changed. The item's layout stands on [`Member`].

pub mod identifiers;
mod networks;
pub mod passwords;
pub mod registration_request;

use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::store::{
    StoreError,
    dynamodb::table::Table,
    dynamodb::{
        item::{b, decode, encode, n, s},
        update::{ConditionalUpdate, Updated},
    },
    key::{Key, PK},
    members::registration_request::RegistrationRequest,
    sessions::Sessions,
    sessions::item::{Rotation, Session, SessionKey},
    verification::Verification,
    verification::codes::RightCode,
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::{
        actor::Actor,
        member::{Member, MemberId, Profile, Status},
    },
};

/// Members, their identifiers and passwords.
#[derive(Clone, Copy, Debug)]
pub struct Members<'a>(pub(in crate::store) &'a Table);

/// A member that is to be made.
#[derive(Clone, Copy)]
pub struct NewMember<'a> {
    /// The member.
    pub member: &'a Member,
    /// The session that the member is logged in to at once.
    pub session: Option<(&'a SessionKey, &'a Session)>,
    /// The network that the member comes from, which is the first known one.
    pub network: Option<&'a str>,
    /// The code that shows that the mobile is the member's. It is used up.
    pub code: Option<&'a RightCode<'a>>,
    /// The request that registers the member, to know it when it is said again.
    pub request: Option<&'a RegistrationRequest<'a>>,
}

impl<'a> NewMember<'a> {
    /// A member, and nothing with it.
    #[must_use]
    pub const fn alone(member: &'a Member) -> Self {
        Self {
            member,
            session: None,
            network: None,
            code: None,
            request: None,
        }
    }
}

/// What became of a new member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// The member is there, with all that was to come with it.
    Done,
    /// Another member has one of the identifiers.
    IdentifierTaken {
        /// It is that of the same request, which was said a moment before.
        again: bool,
    },
    /// Another member has the number: draw another.
    IdTaken,
    /// The code has been used up or replaced meanwhile, or its time is over.
    CodeGone,
}

/// Another member has an identifier, as far as the condition tells.
const TAKEN: Created = Created::IdentifierTaken { again: false };

/// What became of a visit.
pub enum Visited {
    /// It is counted: the member as it is now.
    Counted(Box<Member>),
    /// The member is of another generation by now, or may not log in any more.
    SessionsEnded(Box<Member>),
    /// There is no such member.
    NoMember,
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
    /// Makes a member with the identifiers it logs in by and what comes with it: all or nothing. Two
    /// write units for the member and for each identifier, two for a session, two for a code.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn create_member(self, new: &NewMember<'_>) -> Result<Created, StoreError> {
        let member = new.member;
        let mut writes = vec![self.new_member(new)?];
        let mut outcomes = vec![Created::IdTaken];
        for identifier in member.logins() {
            writes.push(self.take_identifier(&identifier, member, new.request)?);
            outcomes.push(TAKEN);
        }
        if let Some(code) = new.code {
            writes.push(Verification(self.0).use_up_code(code, member.created_at));
            outcomes.push(Created::CodeGone);
        }
        if let Some((key, session)) = new.session {
            writes.push(Sessions(self.0).begin_session(key, session)?);
            outcomes.push(Created::IdTaken);
        }
        let failed = self.0.transact(writes).await?;
        let by_weight = [TAKEN, Created::CodeGone, Created::IdTaken];
        let weight = |outcome| by_weight.iter().position(|other| *other == outcome);
        let first = (failed.into_iter()).min_by_key(|failed| weight(outcomes[failed.index]));
        Ok(match first {
            None => Created::Done,
            Some(failed) => match outcomes[failed.index] {
                Created::IdentifierTaken { .. } => Created::IdentifierTaken {
                    again: self.is_registered_by(failed.item, new.request)?,
                },
                other @ (Created::Done | Created::CodeGone | Created::IdTaken) => other,
            },
        })
    }

    /// Reads a member. One read unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn member(self, id: MemberId) -> Result<Option<Member>, StoreError> {
        let item = self.0.get(Key::member(id)).await?;
        item.map(|item| decode("member", item)).transpose()
    }

    fn new_member(self, new: &NewMember<'_>) -> Result<TransactWriteItem, StoreError> {
        let mut member = new.member.clone();
        if let Some(network) = new.network {
            let tag = networks::network_tag(self.0, network);
            member
                .networks
                .insert(tag, networks::day(member.created_at));
        }
        let mut item = encode("member", &member)?;
        item.extend(Key::member(member.id).into_item());
        Ok(self.0.transact_put(item, Some(PK)))
    }

    /// Counts a visit, once however often it is said. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn record_visit(self, id: MemberId, visit: Visit<'_>) -> Result<Visited, StoreError> {
        self.update_by_visit(id, visit, "", |change| change).await
    }

    /// The same, with what `more` adds to the update and `describe` says of it.
    async fn update_by_visit(
        self,
        id: MemberId,
        visit: Visit<'_>,
        more: &str,
        describe: impl FnOnce(ConditionalUpdate) -> ConditionalUpdate,
    ) -> Result<Visited, StoreError> {
        let change = ConditionalUpdate::new(
            Key::member(id),
            format!("SET #updated_at = :now{VISIT}{more}"),
            "#generation = :generation AND attribute_not_exists(#status) \
             AND (attribute_not_exists(#visit) OR #visit <> :visit)",
        );
        let item = match self.0.update(describe(visit.describe(change))).await? {
            Updated::Done(item) => Some(item),
            Updated::ConditionFailed(item) => item,
        };
        let member: Option<Member> = item.map(|item| decode("member", item)).transpose()?;
        Ok(match member {
            None => Visited::NoMember,
            Some(member)
                if member.generation == visit.generation && member.status == Status::Active =>
            {
                Visited::Counted(Box::new(member))
            }
            Some(member) => Visited::SessionsEnded(Box::new(member)),
        })
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
        actor: &Actor,
        now: Time,
    ) -> Result<Option<Member>, StoreError> {
        let change = profile_change(member, profile, actor)?
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
        let change = profile_change(member, profile, &Actor::Member)?;
        let change = visit.describe(change.and(VISIT));
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
fn profile_change(
    member: &Member,
    profile: &Profile,
    actor: &Actor,
) -> Result<ConditionalUpdate, StoreError> {
    let old = encode("profile", &member.profile)?;
    let new = encode("profile", profile)?;
    let unchanged = "#generation = :generation";
    let update = "SET #updated_at = :now, #changed_by = :actor";
    let mut change = ConditionalUpdate::new(Key::member(member.id), update, unchanged)
        .value(":actor", s(actor.to_string()));
    for (name, value) in new {
        if old.get(&name) != Some(&value) {
            change = change
                .and(&format!(", #profile.#{name} = :{name}"))
                .value(&format!(":{name}"), value);
        }
    }
    Ok(change)
}
