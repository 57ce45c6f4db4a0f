//! When something last happened, newest first, as numbered attributes: `sent_0`, `sent_1`, ….
//! Remembering one more moves each to the next number, so that "five within an hour" is one
//! condition: the fifth is old. The window slides exactly, nothing has to be read before the write,
//! and the item never grows.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::base::clock::Time;
use crate::store::dynamodb::{
    item::{Item, n},
    update::ConditionalUpdate,
};

/// How many events there may be.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// So many within so many seconds, wherever they begin.
    Within {
        /// How many.
        events: usize,
        /// Within how long.
        seconds: i64,
    },
    /// So many in a calendar day at `+08:00`.
    PerDay {
        /// How many.
        events: usize,
    },
}

impl Limit {
    const fn events(self) -> usize {
        match self {
            Self::Within { events, .. } | Self::PerDay { events } => events,
        }
    }

    /// The newest time that no longer counts.
    fn over(self, now: Time) -> Time {
        match self {
            Self::Within { seconds, .. } => now.plus_seconds(-seconds),
            Self::PerDay { .. } => Time::from_millis(now.midnight().millis() - 1),
        }
    }

    /// When an event no longer counts.
    fn free(self, event: Time) -> Time {
        match self {
            Self::Within { seconds, .. } => event.plus_seconds(seconds),
            Self::PerDay { .. } => event.midnight().plus_seconds(86_400),
        }
    }

    /// Whether another event has to wait, and until when.
    fn wait(self, times: &[Time], now: Time) -> Option<Time> {
        let oldest = *times.get(self.events() - 1)?;
        (oldest > self.over(now)).then(|| self.free(oldest))
    }
}

/// Makes `change` remember an event `now`, unless there would be more than `limits` allow. One time
/// more than `kept` is stored, so that the newest can be forgotten without losing the oldest.
pub(in crate::store) fn remember(
    change: ConditionalUpdate,
    limits: &[Limit],
    kept: usize,
    now: Time,
) -> ConditionalUpdate {
    let mut change = change
        .and(", #sent_0 = :now")
        .value(":now", n(now.millis()));
    for place in 1..=kept {
        let newer = place - 1;
        change = change.and(&format!(
            ", #sent_{place} = if_not_exists(#sent_{newer}, :never)"
        ));
    }
    change = change.value(":never", never());
    for (number, limit) in limits.iter().enumerate() {
        let place = limit.events() - 1;
        change = change
            .only_if(&format!(
                "(attribute_not_exists(#sent_{place}) OR #sent_{place} <= :over_{number})"
            ))
            .value(&format!(":over_{number}"), n(limit.over(now).millis()));
    }
    change
}

/// Makes `change` forget the event at `place`, which happened at `time`.
pub(in crate::store) fn forget(
    change: ConditionalUpdate,
    place: usize,
    kept: usize,
    time: Time,
) -> ConditionalUpdate {
    let mut change = change
        .and(&format!(", #sent_{kept} = :never"))
        .only_if(&format!("#sent_{place} = :forgotten"))
        .value(":forgotten", n(time.millis()))
        .value(":never", never());
    for newer in place..kept {
        let older = newer + 1;
        change = change.and(&format!(", #sent_{newer} = #sent_{older}"));
    }
    change
}

/// When the events of an item happened, newest first.
pub(in crate::store) fn times(item: &Item) -> Vec<Time> {
    let numbers = (0..).map_while(|place| item.get(&format!("sent_{place}"))?.as_n().ok());
    let times = numbers.filter_map(|number| number.parse().ok().map(Time::from_millis));
    times.take_while(|time| time.millis() > 0).collect()
}

/// Until when another event has to wait, where `limits` do not allow it.
pub(in crate::store) fn wait(limits: &[Limit], times: &[Time], now: Time) -> Option<Time> {
    limits
        .iter()
        .filter_map(|limit| limit.wait(times, now))
        .max()
}

/// The time of an event that never was.
fn never() -> AttributeValue {
    n(0)
}
