//! A service on a way that breaks, and what is seen of a request to it.

use std::time::Duration;

use axum::Router;
use shared::{base::clock::Clock, config::deadline::Deadline, telemetry::line::Line};
use tests::proxy::Script;

use crate::support::{RequestBuilder, Service};

use super::{said::Said, states::State, subject::Subject};

/// How long the tests wait for an answer, to see what it is though it is late.
const PATIENCE: Duration = Duration::from_mins(1);

/// How late an answer may be where the machine is busy.
const MARGIN: Duration = Duration::from_secs(5);

/// How fast a service gives up.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// By when a request has its answer where calls hang: one is given up after a seventh of it.
    deadline: Duration,
    /// A deadline that passes before a hung call is given up.
    haste: Duration,
}

impl Pace {
    /// Fast, for most cases wait for a call that hangs.
    pub const FAST: Self = Self {
        deadline: Duration::from_secs(7),
        haste: Duration::from_millis(600),
    };
    /// For a case that a busy machine may have spoiled.
    pub const SLOW: Self = Self {
        deadline: Duration::from_secs(14),
        haste: Duration::from_millis(1500),
    };
}

/// A service on a way that breaks.
pub struct Harness {
    pub service: Service,
    pub script: Script,
    hasty: Router,
    haste: Duration,
}

impl Harness {
    /// Starts one, the calls of which are given up early where they hang.
    pub async fn start(hangs: bool, pace: Pace) -> Self {
        let (service, script) = Service::faulty(
            |config| {
                if hangs {
                    config.deadline = Deadline::after(pace.deadline);
                }
            },
            |config| {
                config.sms_timeout = pace.deadline / 7;
                config.mail_timeout = Duration::from_millis(300);
            },
        )
        .await;
        Self {
            hasty: service.hasty(Deadline::after(pace.haste)),
            haste: pace.haste,
            service,
            script,
        }
    }

    pub async fn answer(&self, state: &State, subject: &Subject) -> Answer {
        let deadline = self.service.app.config.deadline.whole();
        let request = state.request(&self.service, subject);
        self.answered(request, subject, deadline).await
    }

    pub async fn hasty_answer(&self, state: &State, subject: &Subject) -> Answer {
        let request = state.request(&self.service, subject).through(&self.hasty);
        self.answered(request, subject, self.haste).await
    }

    async fn answered(
        &self,
        request: RequestBuilder,
        subject: &Subject,
        deadline: Duration,
    ) -> Answer {
        let logged = self.service.lines().len();
        let watch = Clock::system().stopwatch();
        let reply = tokio::time::timeout(PATIENCE, request.into_future()).await;
        let took = watch.elapsed();
        Answer {
            said: Said::of(&reply.expect("there is an answer"), subject),
            is_late: took > deadline + MARGIN,
            lines: self.service.lines().split_off(logged),
        }
    }
}

/// What is seen of a request.
#[derive(Debug)]
pub struct Answer {
    pub said: Said,
    /// Whether it came after the deadline.
    pub is_late: bool,
    /// What was logged of it.
    pub lines: Vec<Line>,
}

impl Answer {
    /// The cause that was logged, where it is a fault.
    pub fn fault(&self) -> Option<&str> {
        self.lines.last()?.fault.as_deref()
    }
}
