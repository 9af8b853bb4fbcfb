use std::collections::{BTreeMap, BTreeSet};

use millpond::operators::{Flow, Progress};
use millpond::stage;
use serde::{Deserialize, Serialize};

use crate::events::{DAY, Event, HOUR};

/// How many features a day has.
pub(crate) const FEATURES: usize = 8;

/// What a user did on a day, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Day {
    pub(crate) user: String,
    /// Days since the epoch.
    pub(crate) date: u64,
    /// Events; apps; devices; places; the shares of events that were refused,
    /// and that were between 22 and 6 o'clock; hours from the first to the
    /// last; events per app.
    pub(crate) features: [f32; FEATURES],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anomaly: Option<bool>,
}

/// Gathers each user's events of a day into numbers that describe it.
///
/// A day comes out once an event of the next one has arrived, or when there
/// are no more; an event that comes later makes a day of its own.
#[stage]
pub(crate) fn days(events: Flow<impl Progress<Item = Event>>) -> Flow<impl Progress<Item = Day>> {
    events
        .stateful_map(Open::default(), Open::add, |open| Some(told(open.days)))
        .flat_map_iter(|over| over)
}

/// The days that events may still come for, by their number and user.
#[derive(Debug, Default)]
struct Open {
    days: BTreeMap<(u64, String), Seen>,
    latest: u64,
}

impl Open {
    /// Adds an event, and takes out the days that are over.
    fn add(&mut self, event: Event) -> Vec<Day> {
        let day = event.time / DAY;
        self.latest = self.latest.max(day);
        let user = event.user.clone();
        self.days.entry((day, user)).or_default().add(event);
        let open = self.days.split_off(&(self.latest, String::new()));
        told(std::mem::replace(&mut self.days, open))
    }
}

fn told(days: BTreeMap<(u64, String), Seen>) -> Vec<Day> {
    let days = days.into_iter();
    days.map(|((date, user), seen)| Day {
        user,
        date,
        features: seen.features(),
        anomaly: seen.anomaly,
    })
    .collect()
}

/// What has been seen of a user on a day.
#[derive(Debug, Default)]
struct Seen {
    events: u32,
    refused: u32,
    at_night: u32,
    apps: BTreeSet<String>,
    devices: BTreeSet<String>,
    places: BTreeSet<String>,
    first: Option<u64>,
    last: u64,
    anomaly: Option<bool>,
}

impl Seen {
    fn add(&mut self, event: Event) {
        let hour = event.time % DAY / HOUR;
        self.events += 1;
        self.refused += u32::from(!event.accepted);
        self.at_night += u32::from(!(6..22).contains(&hour));
        self.apps.insert(event.app);
        self.devices.insert(event.device);
        self.places.insert(event.place);
        let first = self.first.map_or(event.time, |first| first.min(event.time));
        self.first = Some(first);
        self.last = self.last.max(event.time);
        self.anomaly = event.anomaly.or(self.anomaly);
    }

    fn features(&self) -> [f32; FEATURES] {
        let events = f64::from(self.events);
        let [apps, devices, places] =
            [&self.apps, &self.devices, &self.places].map(|seen| approximate(seen.len() as u64));
        let span = self.last.saturating_sub(self.first.unwrap_or(self.last));
        [
            events,
            apps,
            devices,
            places,
            f64::from(self.refused) / events,
            f64::from(self.at_night) / events,
            approximate(span) / approximate(HOUR),
            events / apps,
        ]
        .map(nearest)
    }
}

#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^52")]
fn approximate(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "models read 32 bits")]
fn nearest(number: f64) -> f32 {
    number as f32
}
