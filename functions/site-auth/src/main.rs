//! The function `site-auth` as Lambda runs it.

use shared::{app::App, lambda::gateway};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    gateway::serve(App::from_environment().map(site_auth::router)).await
}
