//! New passwords: changed by whoever knows the old one, or reset by whoever holds a proof. The member
//! and the record of each of its names get the new hash, and the new generation where every session
//! ends, in one transaction.

use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::store::{
    StoreError,
    dynamodb::{
        item::{decode, n, s, value},
        update::ConditionalUpdate,
    },
    key::Key,
    members::Members,
    members::identifiers::{Account, Renewal},
    sessions::Sessions,
    sessions::item::SessionKey,
    verification::Verification,
    verification::{codes::RightCode, reset_links::Link},
};
use crate::{
    base::clock::Time,
    domain::{
        actor::Actor,
        identifier::Identifier,
        member::{Member, MemberId},
        password::PasswordHash,
    },
};

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

/// How often a change is tried while others change the member.
const RENEWAL_TRIES: usize = 4;

impl Members<'_> {
    /// Gives a member a new password under each of its names. With `ending`, every session ends,
    /// and that one's item goes at once; without, it is the same password under a stronger hash.
    /// `false` where the password has been changed meanwhile. Two write units for the member, two
    /// for each name, two for the session.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn renew_password(
        self,
        member: &Member,
        password: PasswordHash,
        ending: Option<&SessionKey>,
        actor: &Actor,
        now: Time,
    ) -> Result<bool, StoreError> {
        let renewal = Renewal {
            member: member.id,
            password: Some(password),
            generation: member.generation,
            next: member.generation + u64::from(ending.is_some()),
            reset_at: None,
        };
        let identifiers: Vec<_> = member.logins().collect();
        let mut writes = self.renewal(&renewal, None, &identifiers, actor, now)?;
        writes.extend(ending.map(|key| Sessions(self.0).drop_session(key)));
        Ok(self.0.transact(writes).await?.is_empty())
    }

    /// Ends every session of a member; `false` where there is no such member. Another trip, one read
    /// unit; two write units for the member, two for each name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn end_all_sessions(
        self,
        id: MemberId,
        actor: &Actor,
        now: Time,
    ) -> Result<bool, StoreError> {
        for _ in 0..RENEWAL_TRIES {
            let Some(item) = self.0.get(Key::member(id)).await? else {
                return Ok(false);
            };
            let member: Member = decode("member", item)?;
            let renewal = Renewal {
                member: id,
                password: None,
                generation: member.generation,
                next: member.generation + 1,
                reset_at: None,
            };
            let identifiers: Vec<_> = member.logins().collect();
            let writes = self.renewal(&renewal, None, &identifiers, actor, now)?;
            if self.0.transact(writes).await?.is_empty() {
                return Ok(true);
            }
        }
        Err(StoreError::Contended("member"))
    }

    /// Gives the member who has the name `login` a new password, ends every session and any lockout,
    /// and uses up what allowed it: all or nothing. Six write units for a member with one name; for one
    /// with more, another round trip, and two for each.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reset_password(
        self,
        login: &Identifier,
        account: &Account,
        password: PasswordHash,
        proof: Proof<'_>,
        now: Time,
    ) -> Result<Reset, StoreError> {
        let mut renewal = Renewal {
            member: account.member,
            password: Some(password),
            generation: account.generation,
            next: account.generation + 1,
            reset_at: Some(now),
        };
        let mut identifiers = vec![login.clone()];
        // The name that is known is taken for the only one. Where it is not, the failed condition
        // brings the member, and so the others.
        let mut assumed = Some(alone(login));
        for _ in 0..RENEWAL_TRIES {
            let also = assumed.take();
            let mut writes =
                self.renewal(&renewal, also.as_deref(), &identifiers, &Actor::Member, now)?;
            let proof_index = writes.len();
            writes.push(match proof {
                Proof::Code(code) => Verification(self.0).use_up_code(&code, now),
                Proof::Link(link) => Verification(self.0).use_up_link(link, now),
            });
            let unmet = self.0.transact(writes).await?;
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
            identifiers = member.logins().collect();
            renewal.generation = member.generation;
            renewal.next = member.generation + 1;
        }
        Err(StoreError::Contended("member"))
    }

    /// A renewal of a member and of the records of its names, the member's under the condition `also`
    /// beside its generation: the first writes of a transaction.
    fn renewal(
        self,
        renewal: &Renewal,
        also: Option<&str>,
        identifiers: &[Identifier],
        actor: &Actor,
        now: Time,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut change = ConditionalUpdate::new(
            Key::member(renewal.member),
            "SET #generation = :next, #updated_at = :now, #changed_by = :actor",
            "#generation = :generation",
        )
        .value(":next", n(renewal.next))
        .value(":generation", n(renewal.generation))
        .value(":now", n(now.millis()))
        .value(":actor", s(actor.to_string()));
        if let Some(password) = &renewal.password {
            change = change
                .and(", #password = :password")
                .value(":password", value("password", password)?);
        }
        if let Some(also) = also {
            change = change.only_if(also);
        }
        let mut writes = vec![self.0.transact_update(change)];
        for identifier in identifiers {
            writes.push(self.renew_identifier(identifier, renewal)?);
        }
        Ok(writes)
    }
}

/// Holds for a member who has no name beside `login`.
fn alone(login: &Identifier) -> String {
    let own = match login {
        Identifier::Username(_) => "#username",
        Identifier::Email(_) => "#email",
        Identifier::Mobile(_) => "#mobile",
    };
    let others = ["#username", "#email", "#mobile"].into_iter();
    let others = others.filter(|name| *name != own);
    let absent: Vec<_> = others
        .map(|name| format!("attribute_not_exists({name})"))
        .collect();
    absent.join(" AND ")
}
