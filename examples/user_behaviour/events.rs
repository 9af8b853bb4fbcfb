use millpond::{source, stage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::random::Random;

/// Seconds in an hour.
pub(crate) const HOUR: u64 = 3_600;
/// Seconds in a day.
pub(crate) const DAY: u64 = 24 * HOUR;

/// Somebody uses an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Event {
    /// Seconds since the epoch.
    pub(crate) time: u64,
    pub(crate) user: String,
    pub(crate) app: String,
    pub(crate) device: String,
    pub(crate) place: String,
    /// Whether the user was let in.
    pub(crate) accepted: bool,
    /// Whether it was somebody else, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anomaly: Option<bool>,
}

/// Reads the record of an event; what lacks a field is a dead letter.
#[stage(on_error = dead_letter)]
pub(crate) fn read_event(record: Value) -> serde_json::Result<Event> {
    serde_json::from_value(record)
}

/// Makes events of users with their habits, and of days on which somebody else
/// uses an account. The habits of a user do not depend on the seed.
#[source]
pub(crate) fn make_events(
    /// How many users there are.
    #[config(default = 40)]
    users: u64,
    /// How many days they are watched.
    #[config(default = 30)]
    days: u64,
    /// On how many days in a hundred it is somebody else.
    #[config(default = 3)]
    anomalies: u64,
    /// The same events for the same seed.
    #[config(default = 1)]
    seed: u64,
) -> impl Iterator<Item = Event> {
    let mut random = Random::new(seed);
    let habits: Vec<_> = (0..users).map(Habits::of).collect();
    let mut events = Vec::new();
    for day in 0..days {
        for habits in &habits {
            let anomaly = random.percent(anomalies);
            habits.day(day, anomaly, &mut random, &mut events);
        }
    }
    events.sort_by_key(|event| event.time);
    events.into_iter()
}

/// What a user usually does.
struct Habits {
    user: u64,
    begins: u64,
    apps: u64,
    events: u64,
    devices: u64,
}

impl Habits {
    /// The same for the same user, whatever the seed.
    fn of(user: u64) -> Self {
        let mut random = Random::new(user);
        Self {
            user,
            begins: random.between(6, 11),
            apps: random.between(2, 7),
            events: random.between(8, 40),
            devices: random.between(1, 3),
        }
    }

    fn day(&self, day: u64, anomaly: bool, random: &mut Random, events: &mut Vec<Event>) {
        let count = random.between(self.events * 3 / 4, self.events * 5 / 4 + 1);
        for _ in 0..count {
            // Somebody else joins in, and does not know the habits.
            let other = anomaly && random.percent(50);
            let (hour, apps, devices, places, refused) = if other {
                (random.between(0, 24), 20, 4, 6, 30)
            } else {
                let hour = self.begins + random.between(0, 9);
                (hour, self.apps, self.devices, 1, 4)
            };
            let travels = random.percent(3);
            let place = if travels {
                7
            } else {
                random.between(0, places)
            };
            events.push(Event {
                time: 1_700_006_400 + day * DAY + hour * HOUR + random.between(0, HOUR),
                user: format!("user{}", self.user),
                app: format!("app{}", random.between(0, apps)),
                device: format!("device{}", random.between(0, devices)),
                place: format!("place{place}"),
                accepted: !random.percent(refused),
                anomaly: Some(anomaly),
            });
        }
    }
}
