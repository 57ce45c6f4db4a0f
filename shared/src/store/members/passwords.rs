//! New passwords: changed by whoever knows the old one, or reset by whoever holds a proof. The member
//! and each of its names get the new hash in one transaction.

use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::store::{
    StoreError,
    dynamodb::{
        item::{decode, n, value},
        update::ConditionalUpdate,
    },
    key::Key,
    members::Members,
    members::identifiers::Account,
    sessions::Sessions,
    sessions::item::SessionKey,
    verification::Verification,
    verification::{codes::RightCode, reset_links::Link},
};
use crate::{
    base::clock::Time,
    domain::{identifier::Identifier, member::Member, password::PasswordHash},
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

/// How often a reset is tried while the member's password is changed by others.
const RESET_TRIES: usize = 4;

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
        now: Time,
    ) -> Result<bool, StoreError> {
        let renewed = Account {
            member: member.id,
            password,
            generation: member.generation + u64::from(ending.is_some()),
        };
        let logins: Vec<_> = member.logins().collect();
        let change = password_change(&renewed, member.generation, now)?;
        let mut writes = self.renewal(change, &logins, &renewed, None)?;
        writes.extend(ending.map(|key| Sessions(self.0).drop_session(key)));
        Ok(self.0.transact(writes).await?.is_empty())
    }

    /// Gives the member who has the name `login` a new password, ends every session and any lockout,
    /// and uses up what allowed it: all or nothing. Six write units for a member with one name; for one with more,
    /// another round trip, and two for each.
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
            let mut writes = self.renewal(change, &logins, &renewed, Some(now))?;
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
            logins = member.logins().collect();
            renewed.generation = member.generation + 1;
        }
        Err(StoreError::Contended("member"))
    }

    /// A new password for a member and each of its names: the first writes of a transaction.
    fn renewal(
        self,
        member: ConditionalUpdate,
        logins: &[Identifier],
        renewed: &Account,
        reset_at: Option<Time>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut writes = vec![self.0.transact_update(member)];
        for login in logins {
            writes.push(self.renew_identifier(login, renewed, reset_at)?);
        }
        Ok(writes)
    }
}

fn password_change(
    renewed: &Account,
    generation: u64,
    now: Time,
) -> Result<ConditionalUpdate, StoreError> {
    let change = ConditionalUpdate::new(
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
