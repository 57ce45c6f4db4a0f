//! A function's routes, together with a list of them: axum does not tell what a router serves.

use axum::{Router, handler::Handler, http::HeaderMap, response::Response, routing};

use super::{envelope::Family, error::ApiError};

/// A route: its method and its path, as axum writes paths.
pub type Route = (&'static str, &'static str);

/// Routes of one family.
#[derive(Debug)]
pub struct Routes<S> {
    router: Router<S>,
    listed: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self {
            router: Router::new(),
            listed: Vec::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Answers `GET` at `path`.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(mut self, path: &'static str, handler: H) -> Self {
        self.router = self.router.route(path, routing::get(handler));
        self.listed.push(("GET", path));
        self
    }

    /// Answers `POST` at `path`.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(mut self, path: &'static str, handler: H) -> Self {
        self.router = self.router.route(path, routing::post(handler));
        self.listed.push(("POST", path));
        self
    }

    /// Gives the handlers their state.
    #[must_use]
    pub fn with_state<T>(self, state: S) -> Routes<T> {
        Routes {
            router: self.router.with_state(state),
            listed: self.listed,
        }
    }

    pub(crate) fn into_router(self) -> Router<S> {
        self.router
    }
}

/// How an error looks to the reader of a page, whose request had these headers.
pub type Show = fn(&HeaderMap, &ApiError) -> Response;

/// All routes of a function, by family.
#[derive(Debug)]
pub struct Families<S> {
    /// Routes with the `RageFrame` family's envelope.
    pub rageframe: Routes<S>,
    /// Routes with the Youhaosuda family's envelope.
    pub youhaosuda: Routes<S>,
    /// Pages, which have no envelope.
    pub pages: Routes<S>,
    /// How a page shows an error.
    pub show: Show,
}

impl<S: Clone + Send + Sync + 'static> Default for Families<S> {
    fn default() -> Self {
        Self {
            rageframe: Routes::default(),
            youhaosuda: Routes::default(),
            pages: Routes::default(),
            show: |_, _| Response::default(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Families<S> {
    /// Gives the handlers their state.
    #[must_use]
    pub fn with_state<T>(self, state: &S) -> Families<T> {
        Families {
            rageframe: self.rageframe.with_state(state.clone()),
            youhaosuda: self.youhaosuda.with_state(state.clone()),
            pages: self.pages.with_state(state.clone()),
            show: self.show,
        }
    }

    /// Every route with its family; a page has none.
    #[must_use]
    pub fn listed(&self) -> Vec<(Option<Family>, Route)> {
        let of = |family, routes: &Routes<S>| {
            let routes = routes.listed.clone().into_iter();
            routes.map(move |route| (family, route))
        };
        of(Some(Family::RageFrame), &self.rageframe)
            .chain(of(Some(Family::Youhaosuda), &self.youhaosuda))
            .chain(of(None, &self.pages))
            .collect()
    }
}
