//! The function `points` as Lambda runs it.

use shared::{app::App, lambda::gateway};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    gateway::serve(App::from_environment().map(points::router)).await
}
