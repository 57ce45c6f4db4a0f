//! The embedded AWS: a DynamoDB in this process, reached by the same SDK client over loopback.

use std::{io, net::SocketAddr, path::Path, time::Duration};

use dynoxide::{Database, server};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// How often expired items are deleted; DynamoDB itself takes days.
const SWEEP: Duration = Duration::from_mins(1);

/// Why the embedded AWS cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// The port is taken, or not ours to take.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
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
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| AwsError::Listen { address, source })
}

/// A running embedded AWS.
#[derive(Debug)]
pub struct EmbeddedAws {
    /// Where it listens, as a URL.
    pub endpoint: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl EmbeddedAws {
    /// Starts it on `listener`, with its tables in `file`, or in memory.
    ///
    /// # Errors
    /// [`AwsError`]
    pub fn start(listener: TcpListener, file: Option<&Path>) -> Result<Self, AwsError> {
        let database = open(file)?;
        let address = listener.local_addr().map_err(|source| AwsError::Listen {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            source,
        })?;
        let (stop, stopped) = oneshot::channel();
        let sweeper = tokio::spawn(sweep(database.clone()));
        let running = tokio::spawn(async move {
            let stopped = async {
                // A sender that was dropped stops the server as well.
                let _ = stopped.await;
            };
            // The server fails with its listener only, and then there is nothing left to stop.
            let _ = server::serve_with_shutdown(listener, database, stopped).await;
            sweeper.abort();
        });
        Ok(Self {
            endpoint: format!("http://{address}"),
            stop,
            running,
        })
    }

    /// Stops it, at most 200 ms after the last request.
    pub async fn stop(self) {
        // It may have stopped already.
        let _ = self.stop.send(());
        let _ = tokio::time::timeout(Duration::from_millis(200), self.running).await;
    }
}

fn open(file: Option<&Path>) -> Result<Database, AwsError> {
    let opened = match file {
        None => Database::memory(),
        Some(path) => Database::new(&path.to_string_lossy()),
    };
    opened.map_err(|error| AwsError::Open {
        path: file.unwrap_or(Path::new("in memory")).display().to_string(),
        reason: error.to_string(),
    })
}

async fn sweep(database: Database) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        let database = database.clone();
        // Items that are not deleted now are deleted next time; nothing relies on it.
        let _ = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
    }
}
