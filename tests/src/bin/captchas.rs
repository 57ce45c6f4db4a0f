//! Writes pictures of captchas, as a stranger is shown them, named by what they say.

use std::{fs, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use clap::Parser;
use http_body_util::BodyExt;
use registration::{Registration, config};
use serde_json::Value;
use shared::{
    app::App,
    aws::Aws,
    base::{clock::Clock, random::Random, secret_key::SecretKey},
    config::Config,
    store::Store,
    telemetry::request_log::RequestLog,
};
use tower::ServiceExt;

/// Writes pictures of captchas into a folder, each named by its number and by what it says
#[derive(Parser)]
#[command(name = "captchas")]
struct Args {
    /// The folder
    folder: PathBuf,
    /// How many
    count: u32,
    /// Which ones
    #[arg(default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() {
    let args = Args::parse();
    fs::create_dir_all(&args.folder).expect("the folder can be made");
    let registration = registration(args.seed);
    let captchas = registration.captchas().clone();
    let router = registration::router(registration);
    for number in 0..args.count {
        let issued: Value = serde_json::from_slice(&get(&router, "/captcha").await).expect("JSON");
        let (id, path) = (&issued["id"], &issued["path"]);
        let (id, path) = (id.as_str().expect("an id"), path.as_str().expect("a path"));
        let png = get(&router, &format!("/captcha{path}")).await;
        let value = captchas.reveal(id).expect("the captcha is current");
        let file = args.folder.join(format!("{number:05}_{value}.png"));
        fs::write(file, png).expect("the picture can be written");
    }
}

/// The function on a table that is not there: captchas are issued and drawn without one.
fn registration(seed: u64) -> Registration {
    let aws = Aws::embedded("http://127.0.0.1:1");
    let random = Random::seeded(seed);
    let config = Config::new("table", SecretKey::random(&random));
    let app = App {
        store: Store::new(&aws, &config),
        config: Arc::new(config),
        aws,
        clock: Clock::system(),
        random,
        request_log: RequestLog::to(|_| {}),
    };
    let keys = [(); 2].map(|()| SecretKey::random(&app.random));
    let sending = config::Config::new(keys, "shop@shop.example", "https://shop.example");
    Registration::new(app, sending)
}

async fn get(router: &Router, path: &str) -> Vec<u8> {
    let request = Request::get(path).body(Body::empty());
    let request = request.expect("a path");
    let response = router.clone().oneshot(request).await;
    let Ok(response) = response;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let body = response.into_body().collect().await;
    body.expect("a body").to_bytes().to_vec()
}
