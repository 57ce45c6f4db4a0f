//! PageReader a page of a member's ledger. Who asks, a guess at the page and the mark for the three
//! months are read at once, in one round trip. The guess is good for the newest page, and for any
//! page of a ledger that this process has met; what it missed takes a second trip.

use std::future::Future;

use shared::{
    app::App,
    base::clock::Time,
    domain::{
        member::MemberId,
        points::{Points, Posting},
    },
    http::error::ApiError,
    store::{
        StoreError,
        ledger::{
            entries::Entry,
            page::{Checkpoint, DateFilter, PageCursor, PageCursors, VIEW_SECONDS},
        },
        sessions::item::{Session, SessionKey},
    },
    telemetry::line,
};

use crate::query::Query;

/// Whose ledger is read, once that is settled.
pub(crate) struct Holder {
    pub(crate) points: Points,
    /// By which session; the operator has none.
    pub(crate) session: Option<(SessionKey, Session)>,
}

/// A page.
pub(crate) struct Page {
    /// What the member holds now.
    pub(crate) points: Points,
    /// What it is a page of.
    pub(crate) view: PageCursor,
    /// Newest first.
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct PageReader<'a> {
    app: &'a App,
    id: MemberId,
    query: Query,
    now: Time,
    /// Three months ago.
    since: Time,
}

impl<'a> PageReader<'a> {
    pub(crate) fn new(app: &'a App, id: MemberId, query: Query) -> Self {
        let now = app.clock.now();
        Self {
            app,
            id,
            query,
            now,
            since: now.three_months_earlier(),
        }
    }

    /// Reads the page for whom `holder` turns out to be.
    pub(crate) async fn page<H>(self, holder: H) -> Result<Page, ApiError>
    where
        H: Future<Output = Result<Holder, ApiError>>,
    {
        let (holder, guess, mark) = tokio::join!(holder, self.guess(), self.mark());
        let (Holder { points, session }, guess, mark) = (holder?, guess?, mark?);
        let (held, unwritten) = points.at(self.now);
        let reader = session.as_ref().map(|(_, session)| &session.views);
        let view = match reader.and_then(|views| self.goes_on(views, &held)) {
            Some(view) => view,
            None => self.view(&points, &held, &unwritten, mark).await?,
        };
        let reading = reader.cloned().unwrap_or_default();
        let views = reading.with(self.query.span, view);
        let (entries, kept) = tokio::join!(
            self.entries(view, points.seq, unwritten, guess),
            self.keep(session.as_ref(), view),
        );
        line::log_ignored_error(kept);
        self.app
            .store
            .ledger()
            .remember(self.id, points, Some(views));
        Ok(Page {
            points: held,
            view,
            entries: entries?,
        })
    }

    /// The entries that the page will most likely show.
    async fn guess(&self) -> Result<Vec<Entry>, StoreError> {
        let store = &self.app.store;
        let view = store.ledger().seen(self.id).and_then(|seen| {
            let (held, _) = seen.points.at(self.now);
            let later = self.goes_on(&seen.views, &held);
            let view = if self.query.span == DateFilter::Older {
                later.or(seen.views.get(DateFilter::Older))
            } else {
                later.or(Some(self.whole(&held)))
            };
            Some(self.query.of(&view?).up_to(seen.points.seq))
        });
        match view {
            Some(view) => store.ledger().entries(self.id, view, false).await,
            None if self.query.page == 1 && self.query.span != DateFilter::Older => {
                store.ledger().newest(self.id, self.query.size).await
            }
            None => Ok(Vec::new()),
        }
    }

    /// The mark that the boundary may lie under: none is query for where it lay behind the last, when
    /// this process saw the ledger.
    async fn mark(&self) -> Result<Option<Checkpoint>, StoreError> {
        let (store, since) = (&self.app.store, self.since);
        let behind = || {
            Some(
                store
                    .ledger()
                    .seen(self.id)?
                    .points
                    .older_than(since)
                    .is_some(),
            )
        };
        if self.query.span == DateFilter::All || behind().unwrap_or(false) {
            return Ok(None);
        }
        store.ledger().first_mark(self.id, since, false).await
    }

    /// The view that a later page belongs to.
    fn goes_on(&self, views: &PageCursors, held: &Points) -> Option<PageCursor> {
        let view = views.get(self.query.span)?;
        let lives = self.now < view.at.plus_seconds(VIEW_SECONDS) && view.high <= held.seq;
        (lives && self.query.page > 1).then_some(view)
    }

    fn whole(&self, held: &Points) -> PageCursor {
        PageCursor {
            low: 0,
            high: held.seq,
            at: self.now,
        }
    }

    /// The view as of now.
    async fn view(
        &self,
        points: &Points,
        held: &Points,
        unwritten: &[Posting],
        mark: Option<Checkpoint>,
    ) -> Result<PageCursor, StoreError> {
        let whole = self.whole(held);
        if self.query.span == DateFilter::All {
            return Ok(whole);
        }
        let written = match (points.older_than(self.since), mark) {
            (Some(older), _) => older,
            (None, Some(mark)) => mark.older_than(self.since),
            // There is one: it is newer than what was seen, or than the copy that was read.
            (None, None) => {
                let mark = self
                    .app
                    .store
                    .ledger()
                    .first_mark(self.id, self.since, true)
                    .await?;
                mark.ok_or(StoreError::Missing("mark"))?
                    .older_than(self.since)
            }
        };
        let expired = unwritten.iter().rfind(|expired| expired.at < self.since);
        let older = expired.map_or(written, |expired| expired.seq);
        Ok(match self.query.span {
            DateFilter::Older => whole.up_to(older),
            DateFilter::All | DateFilter::Recent => PageCursor {
                low: older,
                ..whole
            },
        })
    }

    /// The page's entries: those that expired and have not been written, what was guessed right,
    /// else what is read now.
    async fn entries(
        &self,
        view: PageCursor,
        written: u64,
        unwritten: Vec<Posting>,
        guess: Vec<Entry>,
    ) -> Result<Vec<Entry>, StoreError> {
        let page = self.query.of(&view);
        let expired = unwritten.into_iter().rev().map(Entry::expired);
        let mut entries: Vec<_> = expired.filter(|entry| page.holds(entry.seq)).collect();
        let wanted = page.up_to(written);
        let found: Vec<_> = guess
            .into_iter()
            .filter(|entry| wanted.holds(entry.seq))
            .collect();
        let is_whole = |found: &[Entry]| u64::try_from(found.len()) == Ok(wanted.items());
        if is_whole(&found) {
            entries.extend(found);
            return Ok(entries);
        }
        for consistently in [false, true] {
            let found = self
                .app
                .store
                .ledger()
                .entries(self.id, wanted, consistently)
                .await?;
            if is_whole(&found) {
                entries.extend(found);
                return Ok(entries);
            }
        }
        Err(StoreError::Missing("entry"))
    }

    /// Keeps the view of a first page with the session, where later pages may follow and it does
    /// not stand there already.
    async fn keep(
        &self,
        session: Option<&(SessionKey, Session)>,
        view: PageCursor,
    ) -> Result<(), StoreError> {
        let Some((key, session)) = session else {
            return Ok(());
        };
        let stands = session.views.get(self.query.span).is_some_and(|kept| {
            let fresh = self.now < kept.at.plus_seconds(VIEW_SECONDS / 2);
            fresh && (kept.low, kept.high) == (view.low, view.high)
        });
        let one_page = view.items() <= self.query.size;
        if self.query.page > 1 || self.query.nopage || one_page || stands {
            return Ok(());
        }
        let store = &self.app.store;
        store
            .ledger()
            .save_view(key, session, self.query.span, view)
            .await
    }
}
