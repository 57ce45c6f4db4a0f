//! The function `registration` as Lambda runs it.

use shared::{app::App, gateway};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    gateway::serve(registration::router(App::from_environment()?)?).await
}
