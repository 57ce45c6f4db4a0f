//! A client's requests, as a client sees them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    http::{
        Request,
        header::{AUTHORIZATION, CONTENT_TYPE, SET_COOKIE},
    },
};
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use shared::{base::clock::Clock, http::cookie};

use super::Asked;
use crate::{
    catalogue::{self, Endpoint},
    dice::Dice,
};

/// How long a client waits for an answer: longer than the service takes at most.
const PATIENCE: Duration = Duration::from_secs(20);

/// What requests are counted as that nothing good can come of.
pub(super) const RUBBISH: &str = "rubbish";

/// What all clients count together.
#[derive(Debug, Default)]
pub(super) struct Results(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    codes: BTreeMap<u64, usize>,
    endpoints: BTreeMap<String, Asked>,
    millis: Vec<u128>,
    violations: Vec<String>,
}

impl Results {
    /// Something that is answered is not as it has to be.
    pub(super) fn violation(&self, sentence: String) {
        self.counted().violations.push(sentence);
    }

    pub(super) fn violations(&self) -> Vec<String> {
        self.counted().violations.clone()
    }

    /// Requests by code, by endpoint, and how long half and 99 % of them took at most.
    pub(super) fn figures(&self) -> (BTreeMap<u64, usize>, BTreeMap<String, Asked>, [u128; 2]) {
        let mut counted = self.counted();
        counted.millis.sort_unstable();
        let at = |percent: usize| {
            let place = counted.millis.len() * percent / 100;
            counted.millis.get(place).copied().unwrap_or_default()
        };
        (
            counted.codes.clone(),
            counted.endpoints.clone(),
            [at(50), at(99)],
        )
    }

    /// The endpoints that never answered with success, of the whole catalogue.
    pub(super) fn never_done(&self) -> Vec<String> {
        let counted = self.counted();
        let known = catalogue::all().map(Endpoint::key);
        let never = known.filter(|key| {
            counted
                .endpoints
                .get(key)
                .is_none_or(|asked| asked.done == 0)
        });
        never
            .map(|key| format!("{key} is never answered with success"))
            .collect()
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A definite answer.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub code: u64,
    /// `null` where it is a page.
    pub body: Value,
    pub page: String,
    pub cookie: Option<String>,
}

impl Said {
    pub(super) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    method: &'static str,
    /// The route, in the catalogue or below `/_local`.
    path: &'static str,
    /// Whether it is counted as rubbish, and not for its endpoint.
    is_rubbish: bool,
    /// What is put in the place of what the route has in braces, or behind it.
    rest: String,
    fields: Vec<(&'static str, String)>,
    token: Option<String>,
}

impl Ask {
    pub(super) fn post(path: &'static str, fields: &[(&'static str, &str)]) -> Self {
        Self {
            method: "POST",
            path,
            is_rubbish: false,
            rest: String::new(),
            fields: fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
            token: None,
        }
    }

    pub(super) fn get(path: &'static str, rest: &str) -> Self {
        let ask = Self::post(path, &[]);
        ask.at("GET", rest)
    }

    pub(super) fn at(mut self, method: &'static str, rest: &str) -> Self {
        self.method = method;
        rest.clone_into(&mut self.rest);
        self
    }

    pub(super) fn rubbish(mut self) -> Self {
        self.is_rubbish = true;
        self
    }

    /// What it is counted as.
    fn counted(&self) -> String {
        if self.is_rubbish {
            RUBBISH.to_owned()
        } else if self.path.starts_with("/_local") {
            self.path.to_owned()
        } else {
            catalogue::find(self.method, self.path).key()
        }
    }

    pub(super) fn bearer(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }
}

/// A client's connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Caller {
    client: legacy::Client<HttpConnector, Body>,
    url: String,
    results: Arc<Results>,
    clock: Clock,
}

impl Caller {
    pub(super) fn new(url: &str, results: &Arc<Results>) -> Self {
        Self {
            client: legacy::Client::builder(TokioExecutor::new()).build_http(),
            url: url.to_owned(),
            results: Arc::clone(results),
            clock: Clock::system(),
        }
    }

    pub(super) fn results(&self) -> &Results {
        &self.results
    }

    /// Asks once, from an address that is nobody else's at the time; `None` where it is not known
    /// whether it was done.
    pub(super) async fn ask(&self, ask: &Ask, dice: &mut Dice) -> Option<Said> {
        let [a, b, c] = [0; 3].map(|_: u8| dice.below(250) + 1);
        let from = format!("10.{a}.{b}.{c}");
        let watch = self.clock.stopwatch();
        let said = tokio::time::timeout(PATIENCE, self.send(ask, &from)).await;
        let said = said.ok().flatten();
        {
            let mut counted = self.results.counted();
            let code = said.as_ref().map_or(0, |said| said.code);
            *counted.codes.entry(code).or_default() += 1;
            let asked = counted.endpoints.entry(ask.counted()).or_default();
            asked.times += 1;
            asked.done += usize::from(code == 200);
            counted.millis.push(watch.elapsed().as_millis());
        }
        if said.is_none() {
            let sentence = format!("{} {} is not answered", ask.method, ask.path);
            self.results.violation(sentence);
        }
        said.filter(|said| said.code != 500)
    }

    /// Asks until there is an answer, a few times; tells too whether there was one at once.
    pub(super) async fn insist(&self, ask: &Ask, dice: &mut Dice) -> (Option<Said>, bool) {
        for attempt in 0..4 {
            let said = self.ask(ask, dice).await;
            if said.is_some() {
                return (said, attempt == 0);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        (None, false)
    }

    async fn send(&self, ask: &Ask, from: &str) -> Option<Said> {
        let Ask {
            method,
            path,
            rest,
            fields,
            token,
            ..
        } = ask;
        let path = match path.split_once('{') {
            Some((before, more)) => {
                let after = more.split_once('}').map_or("", |(_, after)| after);
                [before, rest, after].concat()
            }
            None => [path, &**rest].concat(),
        };
        let mut request = Request::builder()
            .method(*method)
            .uri(format!("{}{path}", self.url))
            .header("x-forwarded-for", from)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from(form(fields))).ok()?;
        let answer = self.client.request(request).await.ok()?;
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.ok()?.to_bytes();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let page = String::from_utf8_lossy(&bytes).into_owned();
        let cookie = parts
            .headers
            .get(SET_COOKIE)
            .and_then(|line| line.to_str().ok());
        let cookie = cookie.and_then(|line| line.strip_prefix(cookie::NAME)?.strip_prefix('='));
        let cookie = cookie.map(|line| line.split(';').next().unwrap_or_default().to_owned());
        let code = match body["code"].as_u64() {
            Some(code) => code,
            None if page.contains("暂时无法完成") => 500,
            None => parts.status.as_u16().into(),
        };
        (parts.status == 200).then_some(Said {
            code,
            body,
            page,
            cookie,
        })
    }
}

fn form(fields: &[(&str, String)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
