//! The embedded AWS: DynamoDB, SNS and SES on one port of loopback, reached by the same SDK clients
//! as the real ones. What SNS and SES are asked to send is kept in an inbox.

mod dynamodb;
mod ses;
mod sns;

use std::{
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use axum::{
    Router,
    extract::{FromRef, Request, State},
    handler::Handler,
    http::{HeaderName, StatusCode},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, post},
    serve::ListenerExt,
};
use shared::{
    aws::{Aws, Service},
    base::clock::Clock,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    guard,
    inbox::Inbox,
    listen::{self, ListenError},
};
use dynamodb::DynamoDb;

/// Names the operation of DynamoDB; neither SNS nor SES is sent it.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// Why the embedded AWS cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// The port is taken, or not ours to take.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The database file cannot be read or written.
    #[error("cannot open the database {path}: {reason}")]
    Open {
        /// Which file.
        path: String,
        /// What the database says.
        reason: String,
    },
}

/// Listens on a port of loopback; 0 takes a free one.
///
/// # Errors
/// [`AwsError::Listen`]
pub async fn listen(port: u16) -> Result<TcpListener, AwsError> {
    Ok(listen::on(Ipv4Addr::LOCALHOST.into(), port).await?)
}

/// A running embedded AWS.
#[derive(Debug)]
pub struct EmbeddedAws {
    /// Where it listens, as a URL.
    pub endpoint: String,
    /// What it was asked to send.
    pub inbox: Inbox,
    dynamodb: String,
    stop: watch::Sender<()>,
    running: Vec<JoinHandle<()>>,
}

impl EmbeddedAws {
    /// Starts it on `listener`, with its tables in `file`, or in memory.
    ///
    /// # Errors
    /// [`AwsError`]
    pub async fn start(listener: TcpListener, file: Option<&Path>) -> Result<Self, AwsError> {
        Self::start_at(listener, file, Clock::system()).await
    }

    /// The same, with messages dated by `clock`.
    ///
    /// # Errors
    /// [`AwsError`]
    pub async fn start_at(
        listener: TcpListener,
        file: Option<&Path>,
        clock: Clock,
    ) -> Result<Self, AwsError> {
        let (stop, stopped) = watch::channel(());
        let stopped = move || {
            let mut stopped = stopped.clone();
            async move {
                // A sender that was dropped stops the servers as well.
                let _ = stopped.changed().await;
            }
        };
        let endpoint = format!("http://{}", address(&listener)?);
        let inbox = Inbox::new(clock);
        let (dynamodb, tables) = dynamodb::start(file, stopped()).await?;
        let direct = dynamodb.endpoint();
        let front = Front {
            dynamodb,
            inbox: inbox.clone(),
        };
        let running = vec![serve(listener, front.router(), stopped()), tables];
        Ok(Self {
            endpoint,
            inbox,
            dynamodb: direct,
            stop,
            running,
        })
    }

    /// What clients in this process are built from. Theirs is the short way to DynamoDB: the one
    /// port adds a third to what a call takes.
    #[must_use]
    pub fn aws(&self) -> Aws {
        Aws::embedded(&self.endpoint).at(Service::DynamoDb, &self.dynamodb)
    }

    /// Stops it, at most 200 ms after the last request.
    pub async fn stop(self) {
        // It may have stopped already.
        let _ = self.stop.send(());
        let ended = async {
            for server in self.running {
                // A server that failed has ended too.
                let _ = server.await;
            }
        };
        let _ = tokio::time::timeout(Duration::from_millis(200), ended).await;
    }
}

/// SNS and SES alone, with an inbox of the caller's.
pub fn messengers(inbox: Inbox) -> Router {
    Router::new()
        .route("/", post(sns::handler))
        .route(ses::PATH, post(ses::handler))
        .with_state(inbox)
}

/// All three services.
#[derive(Clone)]
struct Front {
    dynamodb: DynamoDb,
    inbox: Inbox,
}

impl FromRef<Front> for DynamoDb {
    fn from_ref(front: &Front) -> Self {
        front.dynamodb.clone()
    }
}

impl FromRef<Front> for Inbox {
    fn from_ref(front: &Front) -> Self {
        front.inbox.clone()
    }
}

impl Front {
    fn router(self) -> Router {
        Router::new()
            .route("/", any(root))
            .route(ses::PATH, post(ses::handler))
            .fallback(dynamodb::forward)
            .with_state(self)
            .layer(from_fn(no_browser))
    }
}

/// Refuses what a browser sends: otherwise any page could read the table and write to it. No SDK sends
/// these headers. Every call is a POST, and a browser sends `Origin` with each POST, also to a foreign
/// name that leads here.
async fn no_browser(request: Request, next: Next) -> Response {
    if guard::is_browser(request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

/// DynamoDB and SNS are posted to the same path.
async fn root(State(front): State<Front>, request: Request) -> Response {
    if sns::is_for(&request) && !request.headers().contains_key(TARGET) {
        sns::handler.call(request, front.inbox).await
    } else {
        dynamodb::forward.call(request, front.dynamodb).await
    }
}

fn serve(
    listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    let listener = listener.tap_io(|stream| {
        // Without it a request is answered all the same, only later.
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move {
        // The server fails with its listener only, and then there is nothing left to stop.
        let _ = axum::serve(listener, router)
            .with_graceful_shutdown(stopped)
            .await;
    })
}

fn address(listener: &TcpListener) -> Result<SocketAddr, AwsError> {
    let address = listener.local_addr();
    address.map_err(|source| {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        AwsError::Listen(ListenError { address, source })
    })
}
