//! What a developer reads: the greeting, and a line per request.

use std::io::{self, Write as _};

use shared::telemetry::{line::Line, request_log::RequestLog};

use crate::demo;

/// One line per request on standard output.
#[must_use]
pub fn journal() -> RequestLog {
    RequestLog::to(|line| {
        // A request is answered even where nobody reads its line any more.
        let _ = writeln!(io::stdout(), "{}", row(line));
    })
}

fn row(line: &Line) -> String {
    let mut row = format!(
        "{} {:4} {} {} {:.1} ms, {} trips, {} R, {} W",
        line.time.time_of_day(),
        line.method.as_str(),
        line.path,
        line.code,
        line.milliseconds,
        line.usage.trips,
        line.usage.read_units,
        line.usage.write_units,
    );
    if let Some(fault) = &line.fault {
        row.push_str("\n         ");
        row.push_str(fault);
    }
    row
}

/// Where the service listens, whom to log in as, and three calls to begin with.
#[must_use]
pub fn greeting(service: &str, aws: &str, table: &str) -> String {
    let (name, password) = (demo::NAME, demo::PASSWORD);
    format!(
        "Huiyuan listens on {service}
Demo member: {name}, {mail} or {phone}, password {password}
Messages it sends: {service}/_local/
Embedded AWS: DynamoDB (table {table}), SNS and SES on {aws}

RageFrame login:
  curl {service}/v1/site/login -d 'username={name}&password={password}&group=app'
Youhaosuda login into a cookie jar, then the member it belongs to:
  curl -c jar {service}/api/v1/account/login -d 'account={name}&password={password}'
  curl -b jar {service}/api/v1/account/current
",
        mail = demo::MAIL,
        phone = demo::PHONE,
    )
}
