//! DynamoDB: an embedded one, served on a port of its own that nobody else needs to know of. A
//! request to the embedded AWS's one port is handed on as it is.

use std::{fmt::Display, future::Future, net::SocketAddr, path::Path, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, Uri, uri::Scheme},
    response::{IntoResponse, Response},
};
use dynoxide::{Database, server};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use shared::base::random::Random;
use tokio::{net::TcpListener, task::JoinHandle};

use super::{AwsError, address};
use crate::{data_file::DataFile, listen};

/// How often expired items are deleted; DynamoDB itself takes days.
const SWEEP: Duration = Duration::from_mins(1);

/// The way to the embedded DynamoDB.
#[derive(Clone)]
pub(super) struct DynamoDb {
    address: SocketAddr,
    client: Client<HttpConnector, Body>,
}

impl DynamoDb {
    /// Where it listens itself, as a URL.
    pub(super) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Starts it with its tables in `file`, or in memory.
pub(super) async fn start(
    file: Option<&Path>,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> Result<(DynamoDb, JoinHandle<()>), AwsError> {
    let (database, file) = open(file)?;
    let listener = hidden(&Random::system()).await?;
    let address = address(&listener)?;
    let sweeper = tokio::spawn(sweep(database.clone()));
    let running = tokio::spawn(async move {
        // The server fails with its listener only, and then there is nothing left to stop.
        let _ = server::serve_with_shutdown(listener, database, stopped).await;
        sweeper.abort();
        drop(file);
    });
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    Ok((DynamoDb { address, client }, running))
}

/// Hands a request on, and its answer back.
pub(super) async fn forward(
    State(DynamoDb { address, client }): State<DynamoDb>,
    mut request: Request,
) -> Response {
    let path = request.uri().path_and_query().cloned();
    let uri = Uri::builder()
        .scheme(Scheme::HTTP)
        .authority(address.to_string())
        .path_and_query(path.map_or_else(|| "/".to_owned(), |path| path.to_string()))
        .build();
    let Ok(uri) = uri else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    match client.request(request).await {
        Ok(response) => response.map(Body::new),
        // It has stopped, or is about to.
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn open(file: Option<&Path>) -> Result<(Database, Option<DataFile>), AwsError> {
    let Some(path) = file else {
        let memory = Database::memory();
        let memory = memory.map_err(|error| refused(Path::new("in memory"), &error))?;
        return Ok((memory, None));
    };
    let file = DataFile::open(path).map_err(|error| refused(path, &error))?;
    // The database's own sentence on a file that is none speaks of what this program cannot do.
    let database = Database::new(&path.to_string_lossy());
    let database = database.map_err(|_| refused(path, &"it is no database of this program"))?;
    Ok((database, Some(file)))
}

/// Listens on a free port, and where the system has all of 127.0.0.0/8, on an address that nobody can
/// guess: this server answers any page of a browser that finds it.
async fn hidden(random: &Random) -> Result<TcpListener, AwsError> {
    let [a, b, c] = random.bytes();
    let address = [127, a, b, c.clamp(2, 254)];
    match listen::on(address.into(), 0).await {
        Ok(listener) => Ok(listener),
        Err(_) => super::listen(0).await,
    }
}

fn refused(path: &Path, reason: &dyn Display) -> AwsError {
    AwsError::Open {
        path: path.display().to_string(),
        reason: reason.to_string(),
    }
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
