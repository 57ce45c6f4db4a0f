//! Posting an entry to a ledger: a credit or a spend.

use crate::{
    app::App,
    domain::{member::MemberId, points::TooFew},
    store::{
        StoreError,
        ledger::{
            entries::{Entry, Order},
            post::Posted,
        },
    },
};

/// How often an entry is computed anew where another came first.
const MOST_RACES: usize = 64;

/// How often a transaction is sent again that met others, beyond the tries of the SDK.
const MOST_CONFLICTS: usize = 4;

/// Why no entry was posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The key has an entry with another content.
    #[error("the idempotency key was used for another entry")]
    KeyUsed,
    /// There are too few points for it.
    #[error(transparent)]
    TooFew(#[from] TooFew),
    /// There is no such member.
    #[error("no such member")]
    NoMember,
    /// A fault of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Posts an entry, once however often it is asked for. Two round trips, one read unit, five write units
/// (six for a checkpoint); another trip for each race that is lost. A spend of too many points is two
/// trips and two read units. The first entry after a year's end carries what expired, for three or four
/// units more.
///
/// # Errors
/// [`PostError`]
pub async fn post(app: &App, id: MemberId, order: &Order) -> Result<Entry, PostError> {
    let (ledger, now) = (app.store.ledger(), app.clock.now());
    let mut points = ledger.points(id).await?.ok_or(PostError::NoMember)?;
    let (mut races, mut conflicts) = (0, 0);
    loop {
        let (after, postings) = match points.post(order.point, now) {
            Ok(posted) => posted,
            // The points may have gone to this very order.
            Err(too_few) => {
                return match ledger.entry(id, &order.key).await? {
                    Some(entry) => repeated(entry, order),
                    None => Err(too_few.into()),
                };
            }
        };
        match ledger.post(id, order, &points, &after, postings).await {
            Ok(Posted::Done(entry)) => return Ok(entry),
            Ok(Posted::KeyUsed(entry)) => return repeated(entry, order),
            Ok(Posted::NoMember) => return Err(PostError::NoMember),
            Ok(Posted::Outdated(newer)) if races < MOST_RACES => {
                races += 1;
                points = newer;
            }
            Ok(Posted::Outdated(_)) => return Err(StoreError::Contended("ledger").into()),
            Err(StoreError::Contended(_)) if conflicts < MOST_CONFLICTS => conflicts += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// The key of an order has an entry already.
fn repeated(entry: Entry, order: &Order) -> Result<Entry, PostError> {
    if entry.point == order.point && entry.desc == order.desc {
        Ok(entry)
    } else {
        Err(PostError::KeyUsed)
    }
}
