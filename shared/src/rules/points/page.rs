//! Reading a ledger in pages, newest first.

use crate::{
    app::App,
    base::clock::Time,
    domain::{
        member::MemberId,
        page_cursor::{DateFilter, PageCursor, Places},
        points::{Points, Posting},
    },
    rules::caller::{self, Authenticated, AuthenticationError, UnverifiedTokens},
    store::{
        StoreError,
        ledger::entries::{Checkpoint, Entry},
    },
    telemetry::line,
};

/// For how long later pages are pages of what the first one showed, in seconds.
pub const CURSOR_SECONDS: i64 = 3600;

/// Which page of a ledger is read.
#[derive(Clone, Copy, Debug)]
pub struct PageQuery {
    /// Of which entries.
    pub filter: DateFilter,
    /// How many entries a page has.
    pub size: u64,
    /// The page, from 1.
    pub page: u64,
}

/// A page of a ledger.
#[derive(Debug)]
pub struct Page {
    /// What the member holds now.
    pub points: Points,
    /// How many entries the pages have altogether.
    pub items: u64,
    /// The page's entries, newest first.
    pub entries: Vec<Entry>,
}

/// Reads a page of the ledger of the member who asks. Two round trips; two and a half read units for a
/// page under 4 KB, half a unit more where a date filters it. The first page of several costs a write
/// unit, for its cursor. A request with several tokens takes another trip.
///
/// # Errors
/// [`AuthenticationError`]
pub async fn own_page(
    app: &App,
    tokens: UnverifiedTokens,
    query: PageQuery,
) -> Result<Page, AuthenticationError> {
    let only = tokens.only().map(|only| only.token.member);
    let (reader, caller, checkpoint) = if let Some(id) = only {
        let reader = Reader::new(app, id, query);
        let caller = caller::authenticate(app, tokens);
        let (caller, checkpoint) = tokio::join!(caller, reader.first_checkpoint());
        (reader, caller?, checkpoint)
    } else {
        // Which of several tokens counts has to be known before anything of its member is read.
        let caller = caller::authenticate(app, tokens).await?;
        let reader = Reader::new(app, caller.member.id, query);
        let checkpoint = reader.first_checkpoint().await;
        (reader, caller, checkpoint)
    };
    let Authenticated {
        key,
        session,
        member,
        ..
    } = caller;
    let ledger = reader.ledger(&member.points);
    let kept = session.cursors.get(query.filter);
    let cursor = match kept.filter(|cursor| reader.goes_on(cursor, &ledger)) {
        Some(cursor) => cursor,
        None => reader.cursor(&ledger, checkpoint?).await?,
    };
    let save = async {
        if reader.is_worth_keeping(&cursor, kept.as_ref()) {
            let sessions = app.store.sessions();
            let saved = sessions.save_cursor(&key, &session, query.filter, cursor);
            line::log_ignored_error(saved.await);
        }
    };
    let (page, ()) = tokio::join!(reader.page(cursor, ledger), save);
    Ok(page?)
}

/// Reads a page of a member's ledger for an operator. Two round trips; one and a half read units for a
/// page under 4 KB, half a unit more where a date filters it. `None` where there is no such member.
///
/// # Errors
/// [`StoreError`]
pub async fn page_of(
    app: &App,
    id: MemberId,
    query: PageQuery,
) -> Result<Option<Page>, StoreError> {
    let reader = Reader::new(app, id, query);
    let (points, checkpoint) =
        tokio::join!(app.store.ledger().points(id), reader.first_checkpoint());
    let Some(points) = points? else {
        return Ok(None);
    };
    let ledger = reader.ledger(&points);
    let cursor = reader.cursor(&ledger, checkpoint?).await?;
    reader.page(cursor, ledger).await.map(Some)
}

/// Reads one page.
struct Reader<'a> {
    app: &'a App,
    id: MemberId,
    query: PageQuery,
    now: Time,
    three_months_ago: Time,
}

/// A ledger as of now.
struct Current<'a> {
    /// As of its newest entry.
    written: &'a Points,
    /// As of now.
    points: Points,
    /// What has expired between the two.
    expired: Vec<Posting>,
}

impl<'a> Reader<'a> {
    fn new(app: &'a App, id: MemberId, query: PageQuery) -> Self {
        let now = app.clock.now();
        Self {
            app,
            id,
            query,
            now,
            three_months_ago: now.three_months_earlier(),
        }
    }

    /// Reads the checkpoint that a date filter may need. This does not wait for the answer who asks, so
    /// that a page takes two round trips.
    async fn first_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        if self.query.filter == DateFilter::All {
            return Ok(None);
        }
        let ledger = self.app.store.ledger();
        ledger
            .first_checkpoint(self.id, self.three_months_ago, false)
            .await
    }

    fn ledger<'p>(&self, written: &'p Points) -> Current<'p> {
        let (points, expired) = written.at(self.now);
        Current {
            written,
            points,
            expired,
        }
    }

    /// Whether the page belongs to an earlier first page.
    fn goes_on(&self, cursor: &PageCursor, ledger: &Current<'_>) -> bool {
        self.query.page > 1
            && self.now < cursor.at.plus_seconds(CURSOR_SECONDS)
            && cursor.places.high <= ledger.points.seq
    }

    /// The entries of the filter, as of now.
    async fn cursor(
        &self,
        ledger: &Current<'_>,
        checkpoint: Option<Checkpoint>,
    ) -> Result<PageCursor, StoreError> {
        let all = Places {
            low: 0,
            high: ledger.points.seq,
        };
        let places = match self.query.filter {
            DateFilter::All => all,
            DateFilter::Recent => Places {
                low: self.older(ledger, checkpoint).await?,
                ..all
            },
            DateFilter::Older => all.up_to(self.older(ledger, checkpoint).await?),
        };
        Ok(PageCursor {
            places,
            at: self.now,
        })
    }

    /// How many entries are older than three months.
    async fn older(
        &self,
        ledger: &Current<'_>,
        checkpoint: Option<Checkpoint>,
    ) -> Result<u64, StoreError> {
        let since = self.three_months_ago;
        if let Some(expired) = ledger.expired.iter().rfind(|expired| expired.at < since) {
            return Ok(expired.seq);
        }
        if let Some(older) = ledger.written.older_than(since) {
            return Ok(older);
        }
        let checkpoint = if checkpoint.is_some() {
            checkpoint
        } else {
            // It is so new that an eventually consistent read missed it.
            let ledger = self.app.store.ledger();
            ledger.first_checkpoint(self.id, since, true).await?
        };
        let checkpoint = checkpoint.ok_or(StoreError::Missing("checkpoint"))?;
        Ok(checkpoint.older_than(since))
    }

    async fn page(&self, cursor: PageCursor, ledger: Current<'_>) -> Result<Page, StoreError> {
        let page = cursor.places.page(self.query.page, self.query.size);
        let expired = ledger.expired.into_iter().rev().map(Entry::expired);
        let mut entries: Vec<_> = expired.filter(|entry| page.contains(entry.seq)).collect();
        let written = page.up_to(ledger.written.seq);
        entries.extend(self.app.store.ledger().entries(self.id, written).await?);
        Ok(Page {
            points: ledger.points,
            items: cursor.places.items(),
            entries,
        })
    }

    /// Whether later pages may follow that the session does not know the cursor of.
    fn is_worth_keeping(&self, cursor: &PageCursor, kept: Option<&PageCursor>) -> bool {
        let stands = kept.is_some_and(|kept| {
            let is_fresh = self.now < kept.at.plus_seconds(CURSOR_SECONDS / 2);
            is_fresh && kept.places == cursor.places
        });
        self.query.page == 1 && cursor.places.items() > self.query.size && !stands
    }
}
