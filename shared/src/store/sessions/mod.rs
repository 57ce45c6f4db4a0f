//! What is done with sessions: begun, read with their member, rotated, ended.

mod cursor;
pub mod item;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{
        delete_item::{DeleteItemError, DeleteItemOutput, builders::DeleteItemFluentBuilder},
        put_item::PutItemError,
    },
    types::{AttributeValue, Delete, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};

use crate::store::{
    StoreError,
    dynamodb::{
        item::{CAPACITY, Item, b, decode, encode, n},
        retry::AttemptCounter,
        table::Table,
        update::Updated,
    },
    key::{EXPIRES_AT, Key},
    sessions::item::{Rotated, Rotation, Session, SessionKey},
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::member::{Member, MemberId},
};

/// Sessions.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a>(pub(in crate::store) &'a Table);

/// From how many retired tokens on a session is trimmed, and to how many: it stays under 1 KB.
const MOST_RETIRED: usize = 6;
const KEPT_RETIRED: usize = 3;
/// How many are kept at most while they are still answered.
const BUSY_RETIRED: usize = 60;

impl Sessions<'_> {
    /// Stores a session, in place of an earlier one under the same key; `false` where that one is of
    /// a later generation: the password was changed while this login was under way. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn put_session(
        self,
        key: &SessionKey,
        session: &Session,
    ) -> Result<bool, StoreError> {
        let put = self
            .0
            .client
            .put_item()
            .table_name(&self.0.name)
            .set_item(Some(session_item(key, session)?))
            .condition_expression("attribute_not_exists(#generation) OR #generation <= :generation")
            .expression_attribute_names("#generation", "generation")
            .expression_attribute_values(":generation", n(session.generation))
            .return_consumed_capacity(CAPACITY)
            .send()
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(StoreError::failed("PutItem", &error)),
            },
        }
    }

    /// Stores a session: part of a transaction.
    pub(in crate::store) fn begin_session(
        self,
        key: &SessionKey,
        session: &Session,
    ) -> Result<TransactWriteItem, StoreError> {
        Ok(self.0.transact_put(session_item(key, session)?, None))
    }

    /// Reads sessions and their members consistently, in one round trip, and gives them in the order
    /// in which they were asked for. Two read units for each.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn sessions_with_members(
        self,
        wanted: &[(&SessionKey, MemberId)],
    ) -> Result<Vec<Option<(Session, Member)>>, StoreError> {
        let mut keys: Vec<Key> = Vec::new();
        for (session, member) in wanted {
            for key in [session.key.clone(), Key::member(*member)] {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        let found = self.0.read_all(&keys).await?;
        let item = |key: &Key| found.iter().find(|item| key.is_of(item)).cloned();
        let with_member = |(session, member): &(&SessionKey, MemberId)| {
            let (Some(session), Some(member)) = (item(&session.key), item(&Key::member(*member)))
            else {
                return Ok(None);
            };
            Ok(Some((
                decode("session", session)?,
                decode("member", member)?,
            )))
        };
        wanted.iter().map(with_member).collect()
    }

    /// Exchanges the pair that `rotation` retires for the next one, in a session that was opened after
    /// `opened_after`. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn rotate(
        self,
        key: &SessionKey,
        rotation: &Rotation,
        now: Time,
        opened_after: Time,
    ) -> Result<Rotated, StoreError> {
        let current =
            "#refresh = :presented AND #refresh_until > :now AND #opened_at > :opened_after";
        let change = rotation
            .change(key, current)?
            .value(":presented", b(rotation.retired.refresh.as_bytes()))
            .value(":now", n(now.millis()))
            .value(":opened_after", n(opened_after.millis()));
        match self.0.update(change).await? {
            Updated::Done(item) => Ok(Rotated::Done(decode("session", item)?)),
            Updated::ConditionFailed(Some(item)) => {
                Ok(Rotated::NotCurrent(decode("session", item)?))
            }
            Updated::ConditionFailed(None) => Ok(Rotated::NoSession),
        }
    }

    /// Exchanges the pair of which `access` is the access token: part of a transaction.
    pub(in crate::store) fn rotate_by_access(
        self,
        key: &SessionKey,
        access: &Digest,
        rotation: &Rotation,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = rotation.change(key, "#access = :presented")?;
        Ok(self
            .0
            .transact_update(change.value(":presented", b(access.as_bytes()))))
    }

    /// Drops the oldest retired tokens of a session that has gathered many, but none retired after
    /// `answered_since`, unless it has rotated since. One write unit, once in several rotations.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn trim_retired(
        self,
        key: &SessionKey,
        session: &Session,
        answered_since: Time,
    ) -> Result<(), StoreError> {
        if session.retired.len() <= MOST_RETIRED {
            return Ok(());
        }
        // One that is still answered is kept, unless a client rotates as fast as it can.
        let answered = session
            .retired
            .iter()
            .filter(|token| answered_since < token.at);
        let kept = answered.count().clamp(KEPT_RETIRED, BUSY_RETIRED);
        let oldest: Vec<_> = (kept..session.retired.len())
            .map(|place| format!("#retired[{place}]"))
            .collect();
        if oldest.is_empty() {
            return Ok(());
        }
        let change = key.while_current(session, format!("REMOVE {}", oldest.join(", ")));
        self.0.update_if(change).await
    }

    /// Remembers that a token of the session's current pair was presented, unless it has rotated
    /// since. One write unit, once per rotation.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn mark_used(self, key: &SessionKey, session: &Session) -> Result<(), StoreError> {
        let change = key.while_current(session, "SET #used = :used");
        self.0
            .update_if(change.value(":used", AttributeValue::Bool(true)))
            .await
    }

    /// Ends the live session, opened after `opened_after`, of which `access` is the access token;
    /// `false` where there is none. Where the answer to an earlier try got lost, none is what it was to leave. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn log_out(
        self,
        key: &SessionKey,
        access: &Digest,
        now: Time,
        opened_after: Time,
    ) -> Result<bool, StoreError> {
        let live = "#access = :access AND #access_until > :now AND #opened_at > :opened_after";
        let delete = self
            .delete_session(key)
            .condition_expression(live)
            .expression_attribute_names("#access", "access")
            .expression_attribute_names("#access_until", "access_until")
            .expression_attribute_names("#opened_at", "opened_at")
            .expression_attribute_values(":opened_after", n(opened_after.millis()))
            .expression_attribute_values(":access", b(access.as_bytes()))
            .expression_attribute_values(":now", n(now.millis()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let tries = AttemptCounter::default();
        let sent = delete.customize().interceptor(tries.clone()).send().await;
        Ok(match deleted(sent)? {
            Deleted::Done => true,
            Deleted::NotThere => tries.several(),
            Deleted::Another => false,
        })
    }

    /// Ends a session whose token has leaked, whichever pair it has by now, but not one of a later
    /// login. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn end_session(
        self,
        key: &SessionKey,
        session: &Session,
    ) -> Result<bool, StoreError> {
        let delete = self
            .delete_session(key)
            .condition_expression("#id = :id")
            .expression_attribute_names("#id", "id")
            .expression_attribute_values(":id", b(&session.id));
        Ok(matches!(deleted(delete.send().await)?, Deleted::Done))
    }

    /// Ends a browser's session, of which `access` is the token, for another that replaces it; `false`
    /// where there is none. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn end_browser_session(
        self,
        key: &SessionKey,
        access: &Digest,
    ) -> Result<bool, StoreError> {
        let delete = self
            .delete_session(key)
            .condition_expression("#access = :access")
            .expression_attribute_names("#access", "access")
            .expression_attribute_values(":access", b(access.as_bytes()));
        Ok(matches!(deleted(delete.send().await)?, Deleted::Done))
    }

    fn delete_session(self, key: &SessionKey) -> DeleteItemFluentBuilder {
        self.0
            .client
            .delete_item()
            .table_name(&self.0.name)
            .set_key(Some(key.key.clone().into_item()))
            .return_consumed_capacity(CAPACITY)
    }

    /// Ends a session, whatever its pair: part of a transaction.
    pub(in crate::store) fn drop_session(self, key: &SessionKey) -> TransactWriteItem {
        let delete = Delete::builder()
            .table_name(&self.0.name)
            .set_key(Some(key.key.clone().into_item()))
            .build()
            .expect("a delete with a table and a key is complete");
        TransactWriteItem::builder().delete(delete).build()
    }
}

/// What became of a conditional delete.
enum Deleted {
    Done,
    NotThere,
    Another,
}

fn deleted(
    result: Result<DeleteItemOutput, SdkError<DeleteItemError>>,
) -> Result<Deleted, StoreError> {
    match result {
        Ok(_) => Ok(Deleted::Done),
        Err(error) => match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(unmet)) => {
                Ok(match unmet.item() {
                    Some(_) => Deleted::Another,
                    None => Deleted::NotThere,
                })
            }
            _ => Err(StoreError::failed("DeleteItem", &error)),
        },
    }
}

fn session_item(key: &SessionKey, session: &Session) -> Result<Item, StoreError> {
    let mut item = encode("session", session)?;
    item.extend(key.key.clone().into_item());
    item.insert(EXPIRES_AT.to_owned(), n(session.expires_at()));
    Ok(item)
}
