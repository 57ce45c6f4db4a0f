//! `huiyuan`: the whole service with one command.

use std::{
    error::Error,
    future::{Future, IntoFuture},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Parser;
use huiyuan::{
    aws::{self, EmbeddedAws},
    demo, inspect, service, table, terminal,
};
use registration::Registration;
use shared::{
    app::App,
    base::{clock::Clock, random::Random, secret_key::SecretKey},
    config::Config,
    store::Store,
};
use tokio::signal::unix::{SignalKind, signal};

const TABLE: &str = "huiyuan";

/// Everybody knows it: a file of data stays readable from one start to the next.
const SERVICE_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Whom mails are from.
const MAIL_FROM: &str = "huiyuan@example.com";

/// How long requests under way may take once the process is asked to end.
const PATIENCE: Duration = Duration::from_millis(700);

/// Runs the whole service on this machine, with an embedded DynamoDB.
#[derive(Parser)]
#[command(name = "huiyuan", version)]
struct Args {
    /// The port of the service; 0 takes a free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The port of the embedded AWS; 0 takes a free one
    #[arg(long, default_value_t = 8000)]
    aws_port: u16,
    /// Keeps the data in this file; without it, in memory
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// An origin that browsers may call from, scheme, host and port; may be given again
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = shared::config::origin)]
    origins: Vec<axum::http::HeaderValue>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let ended = until_asked_to_end()?;
    let listener = aws::listen(args.port).await?;
    let embedded =
        EmbeddedAws::start(aws::listen(args.aws_port).await?, args.data.as_deref()).await?;

    let settings = embedded.aws();
    let client =
        aws_sdk_dynamodb::Client::from_conf(shared::store::dynamodb::client(&settings).build());
    table::create(&client, TABLE).await?;
    let config = Config {
        cookie_secure: false,
        origins: args.origins,
        ..Config::new(TABLE, SERVICE_KEY.parse()?)
    };
    let app = App {
        store: Store::new(&settings, &config),
        config: Arc::new(config),
        aws: settings,
        clock: Clock::system(),
        random: Random::system(),
        request_log: terminal::journal(),
    };
    demo::create(&app).await?;

    let address = format!("http://{}", listener.local_addr()?);
    let keys = [(); 2].map(|()| SecretKey::random(&app.random));
    let settings = registration::config::Config::new(keys, MAIL_FROM, &address);
    let registration = Registration::new(app.clone(), settings);
    say(&terminal::greeting(&address, &embedded.endpoint, TABLE));
    let router = service::with_addresses(&app, &registration);
    let router = router.merge(inspect::router(
        embedded.inbox.clone(),
        registration.captchas().clone(),
    ));
    let server = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    );
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = server.with_graceful_shutdown(async {
        // A sender that was dropped stops the server as well.
        let _ = stopped.await;
    });
    let serving = tokio::spawn(server.into_future());
    ended.await;
    drop(stop);
    // Whoever is still connected after that has nothing under way, or too much.
    let _ = tokio::time::timeout(PATIENCE, serving).await;
    embedded.stop().await;
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
fn until_asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[expect(
    clippy::print_stdout,
    reason = "the terminal is this program's surface"
)]
fn say(text: &str) {
    println!("{text}");
}

#[expect(
    clippy::print_stderr,
    reason = "the terminal is this program's surface"
)]
fn complain(error: &dyn Error) {
    eprintln!("huiyuan: {error}");
}
