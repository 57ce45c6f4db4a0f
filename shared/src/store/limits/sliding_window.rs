//! A sliding window: when something last happened, newest first, as numbered attributes: `sent_0`,
//! `sent_1`, …. One more event moves each to the next number, so "five within an hour" is one
//! condition: the fifth is old. The window slides exactly, nothing is read before the write, and the
//! item never grows.

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

/// Events of one kind, and how many of them there may be.
#[derive(Clone, Copy, Debug)]
pub struct SlidingWindow {
    /// What the attributes are called, before their numbers.
    pub name: &'static str,
    /// How many events there may be.
    pub limits: &'static [Limit],
    /// How many times are stored: at least as many as the largest limit has events. One more lets the
    /// newest be forgotten without losing the oldest.
    pub stored: usize,
}

impl SlidingWindow {
    /// Makes `change` remember an event `now`, unless there would be more than the limits and `also`
    /// allow.
    pub(in crate::store) fn remember(
        self,
        change: ConditionalUpdate,
        also: Option<Limit>,
        now: Time,
    ) -> ConditionalUpdate {
        let name = self.name;
        let mut change = change
            .and(&format!(", #{name}_0 = :now"))
            .value(":now", n(now.millis()));
        for place in 1..self.stored {
            let newer = place - 1;
            change = change.and(&format!(
                ", #{name}_{place} = if_not_exists(#{name}_{newer}, :never)"
            ));
        }
        change = change.value(":never", never());
        for (number, limit) in self.limits.iter().copied().chain(also).enumerate() {
            let place = limit.events() - 1;
            change = change
                .only_if(&format!(
                    "(attribute_not_exists(#{name}_{place}) OR #{name}_{place} <= :{name}_over_{number})"
                ))
                .value(&format!(":{name}_over_{number}"), n(limit.over(now).millis()));
        }
        change
    }

    /// Makes `change` forget the newest event, if that happened at `time`.
    pub(in crate::store) fn forget_newest(
        self,
        change: ConditionalUpdate,
        time: Time,
    ) -> ConditionalUpdate {
        let name = self.name;
        let last = self.stored - 1;
        let mut change = change
            .and(&format!(", #{name}_{last} = :never"))
            .only_if(&format!("#{name}_0 = :forgotten"))
            .value(":forgotten", n(time.millis()))
            .value(":never", never());
        for newer in 0..last {
            let older = newer + 1;
            change = change.and(&format!(", #{name}_{newer} = #{name}_{older}"));
        }
        change
    }

    /// When the events of an item happened, newest first.
    pub(in crate::store) fn times(self, item: &Item) -> Vec<Time> {
        let places = 0..self.stored;
        let numbers =
            places.map_while(|place| item.get(&format!("{}_{place}", self.name))?.as_n().ok());
        let times = numbers.filter_map(|number| number.parse().ok().map(Time::from_millis));
        times.take_while(|time| time.millis() > 0).collect()
    }

    /// Until when another event has to wait, where the limits do not allow it.
    pub(in crate::store) fn wait(self, item: &Item, now: Time) -> Option<Time> {
        let times = self.times(item);
        let waits = self
            .limits
            .iter()
            .filter_map(|limit| limit.wait(&times, now));
        waits.max()
    }
}

/// The time of an event that never was.
fn never() -> AttributeValue {
    n(0)
}
