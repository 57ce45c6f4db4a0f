//! Runs a harness's futures to their end.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};

thread_local! {
    static RUNTIME: Runtime = (Builder::new_current_thread().enable_time().build())
        .expect("a runtime without sockets starts");
}

/// Runs `future` to its end. There are timers and no sockets.
///
/// # Panics
/// When `future` does.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}
