//! The function `registration` as Lambda runs it.

use registration::Registration;
use shared::lambda::gateway;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    gateway::serve(Registration::from_environment().map(registration::router)).await
}
