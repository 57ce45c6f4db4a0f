//! How often a mobile is sent a message. The times stand in the mobile's item, beside its codes; see
//! [`crate::store::verification::sms`].

use super::sliding_window::{Limit, SlidingWindow};

/// What a mobile may be sent: one message a minute, five an hour, ten a calendar day.
pub const PER_MOBILE: SlidingWindow = SlidingWindow {
    name: "sent",
    limits: &[
        Limit::Within {
            events: 1,
            seconds: 60,
        },
        Limit::Within {
            events: 5,
            seconds: 3600,
        },
        Limit::PerDay { events: 10 },
    ],
    stored: 11,
};
