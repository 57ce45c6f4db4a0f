//! A gate before the table: the calls of requests that race are held there, and let through one at a
//! time, in an order that the test chooses. So a race is decided by dice and not by threads, and can
//! be run again.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_sdk_dynamodb::config::{
    Builder, HttpClient, RuntimeComponents, SharedHttpClient, http::HttpResponse,
    timeout::TimeoutConfig,
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use http_body_util::BodyExt;
use shared::aws::Aws;
use tests::dice::Dice;
use tokio::sync::{Notify, oneshot};

tokio::task_local! {
    /// Which of the requests that race is running.
    static RACER: usize;
}

/// A request that races.
pub type Racing<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The gate. All clones are one.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    racers: Mutex<[Racer; 2]>,
    changed: Notify,
}

/// A request is finished, waits at the gate with one call or several at once, has one call under way,
/// or computes.
#[derive(Debug, Default)]
struct Racer {
    waiting: Vec<(String, oneshot::Sender<()>)>,
    under_way: bool,
    waits: bool,
    finished: bool,
}

impl Gate {
    /// What a store's client is built from: its calls stop at the gate, where they are of a request
    /// that races. They may stand there for as long as it takes.
    pub fn before(&self, aws: &Aws) -> Builder {
        let client = Gated {
            gate: self.clone(),
            behind: aws.http(),
        };
        let config = shared::store::dynamodb::client(aws).http_client(client);
        config.timeout_config(TimeoutConfig::disabled())
    }

    /// Runs two requests against each other, and gives their answers and the calls in their order.
    /// Of so many calls that wait `choose` names the next.
    pub async fn race<T: Send + 'static>(
        &self,
        requests: [Racing<T>; 2],
        mut choose: impl FnMut(usize) -> usize,
    ) -> ([T; 2], Vec<String>) {
        *self.racers() = Default::default();
        let mut number = 0;
        let running = requests.map(|request| {
            let racer = number;
            number += 1;
            tokio::spawn(RACER.scope(racer, self.clone().watch(racer, request)))
        });
        let mut calls = Vec::new();
        loop {
            while !self
                .racers()
                .iter()
                .all(|racer| racer.finished || racer.waits)
            {
                self.0.changed.notified().await;
            }
            let mut racers = self.racers();
            let waiting = [0, 1].map(|racer: usize| racers[racer].waiting.len());
            let open = waiting.iter().sum();
            if open == 0 {
                break;
            }
            let chosen = choose(open);
            let (racer, place) = if chosen < waiting[0] {
                (0, chosen)
            } else {
                (1, chosen - waiting[0])
            };
            let (name, go) = racers[racer].waiting.remove(place);
            racers[racer].under_way = true;
            racers[racer].waits = false;
            calls.push(format!("{racer} {name}"));
            // A request that is given up does not wait for it any more.
            let _ = go.send(());
        }
        let [first, second] = running;
        let answers = [first.await, second.await];
        (answers.map(|answer| answer.expect("it is answered")), calls)
    }

    /// Runs a request, and notices when it waits.
    async fn watch<T>(self, racer: usize, mut request: Racing<T>) -> T {
        let _leaving = Leaving(&self, racer);
        poll_fn(|context| {
            self.racers()[racer].waits = false;
            let polled = request.as_mut().poll(context);
            if polled.is_pending() {
                let this = &mut self.racers()[racer];
                this.waits = !this.waiting.is_empty() && !this.under_way;
                if this.waits {
                    self.0.changed.notify_one();
                }
            }
            polled
        })
        .await
    }

    async fn wait(&self, racer: usize, name: String) {
        let (go, may_go) = oneshot::channel();
        self.racers()[racer].waiting.push((name, go));
        // A race that has ended holds nobody.
        let _ = may_go.await;
    }

    fn racers(&self) -> MutexGuard<'_, [Racer; 2]> {
        self.0.racers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that has finished, or panicked, is waited for no more.
struct Leaving<'a>(&'a Gate, usize);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.racers()[self.1].finished = true;
        self.0.0.changed.notify_one();
    }
}

/// An HTTP client behind the gate.
#[derive(Clone, Debug)]
struct Gated<T> {
    gate: Gate,
    behind: T,
}

impl HttpClient for Gated<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Gated {
            gate: self.gate.clone(),
            behind: self.behind.http_connector(settings, components),
        })
    }
}

impl HttpConnector for Gated<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Ok(racer) = RACER.try_with(|racer| *racer) else {
            return self.behind.call(request);
        };
        let Self { gate, behind } = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let name = target.rsplit('.').next().unwrap_or_default().to_owned();
            gate.wait(racer, name).await;
            let answer = whole(behind.call(request).await?).await;
            gate.racers()[racer].under_way = false;
            answer
        })
    }
}

/// Reads an answer's body, so that nothing of the call is under way any more.
async fn whole(mut answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let body = answer.take_body().collect().await;
    let body = body.map_err(|error| ConnectorError::other(error, None))?;
    *answer.body_mut() = body.to_bytes().into();
    Ok(answer)
}

/// Draws orders of calls, none of them twice.
#[derive(Debug)]
pub struct Orders {
    all: Node,
    path: Vec<usize>,
    dice: Dice,
}

#[derive(Debug, Default)]
struct Node {
    next: Vec<Node>,
    done: bool,
}

impl Orders {
    pub fn new(seed: u64) -> Self {
        Self {
            all: Node::default(),
            path: Vec::new(),
            dice: Dice::new(seed),
        }
    }

    /// Chooses the next of so many calls.
    pub fn choose(&mut self, open: usize) -> usize {
        let node = (self.path.iter()).fold(&mut self.all, |node, place| &mut node.next[*place]);
        while node.next.len() < open {
            node.next.push(Node::default());
        }
        let fresh = (0..open).filter(|place| !node.next[*place].done);
        let fresh: Vec<_> = fresh.collect();
        let chosen = match &fresh[..] {
            [] => self.dice.below(open),
            fresh => fresh[self.dice.below(fresh.len())],
        };
        self.path.push(chosen);
        chosen
    }

    /// What was chosen since the last time, in full; and whether there is another order left.
    pub fn finish(&mut self) -> (Vec<usize>, bool) {
        let path = std::mem::take(&mut self.path);
        close(&mut self.all, &path);
        let more = !self.all.done;
        (path, more)
    }
}

fn close(node: &mut Node, path: &[usize]) {
    match path.split_first() {
        None => node.done = true,
        Some((place, rest)) => {
            close(&mut node.next[*place], rest);
            node.done = node.next.iter().all(|node| node.done);
        }
    }
}
