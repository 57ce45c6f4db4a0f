//! Where the lines of requests go.

use std::{
    fmt,
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{line::Line, metrics};

/// Where the lines go.
#[derive(Clone)]
pub struct RequestLog {
    write: Arc<dyn Fn(&Line) + Send + Sync>,
    warm: Arc<AtomicBool>,
}

impl RequestLog {
    /// Hands each line to `write`.
    pub fn to(write: impl Fn(&Line) + Send + Sync + 'static) -> Self {
        Self {
            write: Arc::new(write),
            warm: Arc::default(),
        }
    }

    /// One JSON object per line on standard output, which Lambda keeps in `CloudWatch`: the line and
    /// its metrics, under the name of the deployment `stack`.
    #[must_use]
    pub fn json(stack: &str) -> Self {
        let stack = stack.to_owned();
        Self::to(move |line| {
            if let Ok(text) = serde_json::to_string(&metrics::document(line, &stack)) {
                // An answer does not fail because its line cannot be written.
                let _ = writeln!(io::stdout(), "{text}");
            }
        })
    }
}

impl RequestLog {
    /// Whether this is the first request since the start.
    pub(crate) fn is_first(&self) -> bool {
        !self.warm.swap(true, Ordering::Relaxed)
    }

    /// Writes a line.
    pub(crate) fn write(&self, line: &Line) {
        (self.write)(line);
    }
}

impl fmt::Debug for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestLog")
    }
}
