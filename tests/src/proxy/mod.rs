//! A proxy between an SDK and AWS that breaks chosen calls: throttled, refused, mangled, hung, cut
//! before their effect or after it. Neither an embedded table nor a real one does that on demand.
//!
//! One proxy stands before one endpoint; any number of them share a [`Script`], which says what is
//! broken and tells what was asked.
//!
//! | question | file |
//! | --- | --- |
//! | what can go wrong, and how each service says so | [`fault`] |
//! | which call it happens to | [`script`] |

pub mod fault;
pub mod script;

use std::io;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{
        Request, Response, Uri,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
        request::Parts,
    },
};
use hyper_util::{
    client::legacy::{self, Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use shared::aws::{Aws, Service};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tower::service_fn;

pub use fault::Fault;
pub use script::{Call, Pick, Rate, Repeat, Script};

/// The most that DynamoDB takes at once.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Why a call is not answered.
#[derive(Debug, thiserror::Error)]
enum Cut {
    /// As the script says.
    #[error("the script cuts this connection")]
    Scripted,
    /// What was sent cannot be read.
    #[error("a request cannot be read")]
    Request(#[source] axum::Error),
    /// What was answered cannot be read.
    #[error("an answer cannot be read")]
    Answer(#[source] axum::Error),
    /// What stands behind does not answer.
    #[error("the endpoint does not answer")]
    Endpoint(#[from] legacy::Error),
    /// The request cannot be addressed to what stands behind.
    #[error("a request cannot be addressed")]
    Address(#[from] axum::http::Error),
}

/// A running proxy; it stops when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens, as a URL.
    pub url: String,
    serving: JoinHandle<()>,
}

impl Proxy {
    /// Starts one on a free port of loopback, before the endpoint `upstream` (`http://host:port`).
    ///
    /// # Errors
    /// [`io::Error`]: there is no port to be had.
    pub async fn start(upstream: &str, script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let way = Way {
            script,
            upstream: upstream.trim_end_matches('/').to_owned(),
            client: Client::builder(TokioExecutor::new()).build(connector),
        };
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(way.clone().serve(stream));
            }
        });
        Ok(Self { url, serving })
    }

    /// Starts one before every service, and gives the way through them.
    pub async fn before_all(mut aws: Aws, script: &Script) -> (Aws, Vec<Self>) {
        let mut proxies = Vec::new();
        for service in Service::ALL {
            let endpoint = aws.endpoint(service).expect("every endpoint is named");
            let proxy = Self::start(endpoint, script.clone()).await;
            let proxy = proxy.expect("a port is free");
            aws = aws.at(service, &proxy.url);
            proxies.push(proxy);
        }
        (aws, proxies)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The way to the endpoint.
#[derive(Clone)]
struct Way {
    script: Script,
    upstream: String,
    client: Client<HttpConnector, Body>,
}

impl Way {
    async fn serve(self, stream: TcpStream) {
        // Without it a request is answered all the same, only later.
        let _ = stream.set_nodelay(true);
        let service = service_fn(move |request: Request<_>| {
            let way = self.clone();
            async move { way.answer(request.map(Body::new)).await }
        });
        // A service that fails closes its connection without a word: a cut is meant to.
        let _ = auto::Builder::new(TokioExecutor::new())
            .http1_only()
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
            .await;
    }

    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, Cut> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MOST_BYTES).await.map_err(Cut::Request)?;
        let call = Call::new(&parts, body.clone());
        match self.script.strikes(&call) {
            None => self.forward(parts, body).await,
            Some(
                fault @ (Fault::Throttled
                | Fault::ThrottledInside
                | Fault::ServerError
                | Fault::TransactionConflict),
            ) => Ok(fault.answer(&call)),
            Some(Fault::Malformed) => {
                self.forward(parts, body).await?;
                Ok(Fault::Malformed.answer(&call))
            }
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::HangAfter) => {
                self.forward(parts, body).await?;
                std::future::pending().await
            }
            Some(Fault::CutBefore) => Err(Cut::Scripted),
            Some(Fault::CutAfter) => {
                self.forward(parts, body).await?;
                Err(Cut::Scripted)
            }
        }
    }

    /// Hands a request on as it is, and waits for the whole answer: what it does is done then.
    async fn forward(&self, mut parts: Parts, body: Bytes) -> Result<Response<Body>, Cut> {
        let path = parts.uri.path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        parts.uri =
            Uri::try_from([&self.upstream, path].concat()).map_err(axum::http::Error::from)?;
        let request = Request::from_parts(parts, Body::from(body));
        let answer = self.client.request(request).await?;
        let (mut parts, body) = answer.into_parts();
        let body = to_bytes(Body::new(body), MOST_BYTES).await;
        parts.headers.remove(TRANSFER_ENCODING);
        parts.headers.remove(CONTENT_LENGTH);
        Ok(Response::from_parts(
            parts,
            Body::from(body.map_err(Cut::Answer)?),
        ))
    }
}
