//! From the command line to a running service, and to its end.

use std::{
    error::Error,
    future::{Future, IntoFuture},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use huiyuan::{
    aws::EmbeddedAws,
    demo,
    diagnosis::Diagnosis,
    greeting::Greeting,
    guard::Guard,
    inspect::{self, captchas::IssuedCaptchas},
    listen, openapi, service,
    settings::Given,
    table, terminal,
};
use registration::Registration;
use shared::{
    app::App,
    base::{clock::Clock, random::Random},
    config::settings::Settings,
    store::{Store, dynamodb},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::args::Args;

/// How long requests under way may take once the process is asked to end.
const GRACE: Duration = Duration::from_millis(700);

/// A port is in use, or not ours to take.
#[derive(Debug, thiserror::Error)]
#[error("{reason}; {option} N takes another port, {option} 0 a free one")]
struct PortError {
    reason: String,
    option: &'static str,
}

impl PortError {
    fn of<E: Error>(option: &'static str) -> impl Fn(E) -> Self {
        move |error| Self {
            reason: error.to_string(),
            option,
        }
    }
}

/// Runs the service until the process is asked to end.
pub(crate) async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let ended = until_asked_to_end()?;
    let random = Random::system();
    let (listeners, port) = listen::everywhere(args.host, args.port)
        .await
        .map_err(PortError::of("--port"))?;
    let url = format!("http://localhost:{port}");
    let network = args.host.filter(|host| !host.is_loopback());
    let network = network.map(|host| {
        let address = SocketAddr::new(listen::in_network(host), port);
        format!("http://{address}")
    });
    let given = Given {
        environment: Settings::from_environment(),
        set: args.set,
        origins: args.origins,
        // A link in a mail is opened on this machine as well as on a phone of the network.
        url: network.clone().unwrap_or_else(|| url.clone()),
    };
    let settings = given.read(&random)?;

    let aws_listener = listen::on(args.aws_host, args.aws_port).await;
    let aws_listener = aws_listener.map_err(PortError::of("--aws-port"))?;
    let clock = if args.time {
        Clock::shifted()
    } else {
        Clock::system()
    };
    let embedded = EmbeddedAws::start_at(aws_listener, args.data.as_deref(), clock.clone()).await?;
    let table = settings.config.table.clone();
    let aws = embedded.aws().within(settings.config.deadline);
    let client = aws_sdk_dynamodb::Client::from_conf(dynamodb::client(&aws).build());
    table::create(&client, &table).await?;
    let app = App {
        store: Store::new(&aws, &settings.config),
        config: Arc::new(settings.config),
        aws,
        clock: clock.clone(),
        random,
        request_log: terminal::request_log(),
    };
    demo::create(&app).await?;
    demo::create_more(&app, args.members).await?;

    let guard = Guard::new(port, &app.random);
    let origins = app.config.origins.iter();
    let greeting = Greeting {
        url,
        network,
        token: guard.token().to_owned(),
        password: demo::has_password(&app).await?.then_some(demo::PASSWORD),
        members: args.members,
        data: args.data.map(|file| file.display().to_string()),
        origins: origins
            .filter_map(|origin| Some(origin.to_str().ok()?.to_owned()))
            .collect(),
        settings: settings.given,
        time: args.time,
        aws: embedded.endpoint.clone(),
        table,
    };
    say(&greeting.text());
    let registration = Registration::new(app.clone(), settings.registration);
    let router = router(&app, &registration, &embedded, &guard, args.time);
    serve(listeners, &router, ended).await;
    embedded.stop().await;
    Ok(())
}

/// Everything that the local stack answers.
fn router(
    app: &App,
    registration: &Registration,
    embedded: &EmbeddedAws,
    guard: &Guard,
    time: bool,
) -> Router {
    let captchas = registration.captchas();
    let issued = IssuedCaptchas::new(app.clock.clone(), captchas.clone());
    let service = issued.of(service::with_addresses(app, registration));
    let all = service
        .merge(inspect::router(embedded.inbox.clone(), captchas.clone()))
        .merge(issued.router())
        .merge(inspect::clock::router(app.clock.clone(), time))
        .merge(openapi::router());
    Diagnosis::new(app.clock.clone()).of(guard.before(all))
}

/// Serves on each of `listeners` until `ended`, and as long as requests under way take then.
async fn serve(listeners: Vec<TcpListener>, router: &Router, ended: impl Future<Output = ()>) {
    let (stop, stopped) = watch::channel(());
    let servers: Vec<_> = listeners
        .into_iter()
        .map(|listener| {
            let service = router.clone();
            let service = service.into_make_service_with_connect_info::<SocketAddr>();
            let mut stopped = stopped.clone();
            let server = axum::serve(listener, service).with_graceful_shutdown(async move {
                // A sender that was dropped stops the server as well.
                let _ = stopped.changed().await;
            });
            tokio::spawn(server.into_future())
        })
        .collect();
    ended.await;
    drop(stop);
    let all = async {
        for server in servers {
            // A server that failed has ended too.
            let _ = server.await;
        }
    };
    // Whoever is still connected after that has nothing under way, or too much.
    let _ = tokio::time::timeout(GRACE, all).await;
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
