//! What a developer reads: a line per request, and one for what was not served.

use std::io::{self, Write as _};

use axum::http::Method;
use shared::{
    base::clock::Time,
    telemetry::{line::Line, request_log::RequestLog},
};

/// One line per request on standard output.
#[must_use]
pub fn request_log() -> RequestLog {
    RequestLog::to(|line| {
        // What became of a preflight shows in its headers: the diagnosis says it.
        if line.method != Method::OPTIONS {
            print(&row(line));
        }
    })
}

/// A line of something else that happened at a time.
pub(crate) fn note(time: Time, text: &str) {
    print(&format!("{} {text}", time.time_of_day()));
}

/// A text from outside, without what moves the terminal's cursor or colours it.
pub(crate) fn printable(text: &str) -> String {
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(printable).collect()
}

fn print(text: &str) {
    // A request is answered even where nobody reads its line any more.
    let _ = writeln!(io::stdout(), "{text}");
}

fn row(line: &Line) -> String {
    let usage = &line.usage;
    let mut row = format!(
        "{} {:4} {} {} {:.1} ms, {} {}, {} R, {} W",
        line.time.time_of_day(),
        line.method.as_str(),
        printable(&line.path),
        line.code,
        line.milliseconds,
        usage.trips,
        if usage.trips == 1 { "trip" } else { "trips" },
        usage.read_units,
        usage.write_units,
    );
    if let Some(fault) = &line.fault {
        row.push_str("\n         ");
        row.push_str(fault);
    }
    row
}
