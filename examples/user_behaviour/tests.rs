//! What days hold, when they come out, and what raises an alert.

#![expect(clippy::float_cmp, reason = "these numbers are exact")]

use futures::stream;
use millpond::device::{Activation, OpenDevice};
use millpond::inference::DenseNet;
use millpond::operators::flow;
use serde_json::json;

use crate::days::{Day, FEATURES, days};
use crate::events::{DAY, Event, HOUR, make_events, read_event};
use crate::profile::Profile;

fn event(time: u64, user: &str, app: &str, accepted: bool) -> Event {
    let record = json!({
        "time": time, "user": user, "app": app, "device": "phone", "place": "home",
        "accepted": accepted,
    });
    read_event(record).unwrap()
}

async fn gathered(events: impl IntoIterator<Item = Event>) -> Vec<Day> {
    let events: Vec<_> = events.into_iter().collect();
    days(flow(stream::iter(events))).collect().await
}

#[tokio::test]
async fn a_day_counts_what_there_is_of_each_kind() {
    let events = [
        event(HOUR, "ann", "mail", true),
        event(3 * HOUR, "ann", "mail", false),
        event(9 * HOUR, "ann", "chat", true),
        event(22 * HOUR, "ann", "mail", true),
    ];

    let days = gathered(events).await;

    assert_eq!(days.len(), 1);
    assert_eq!((days[0].user.as_str(), days[0].date), ("ann", 0));
    assert_eq!(
        days[0].features,
        [4.0, 2.0, 1.0, 1.0, 0.25, 0.75, 21.0, 2.0]
    );
}

#[tokio::test]
async fn users_and_days_do_not_mix() {
    let events = [(0, "ann"), (1, "bob"), (DAY, "ann"), (DAY + 1, "ann")];
    let events = events.map(|(time, user)| event(time, user, "mail", true));

    let days = gathered(events).await;

    let told: Vec<_> = days
        .iter()
        .map(|day| (day.date, day.user.as_str(), day.features[0]))
        .collect();
    assert_eq!(told, [(0, "ann", 1.0), (0, "bob", 1.0), (1, "ann", 2.0)]);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_events_in_order() {
    let events: Vec<_> = make_events(5, 10, 20, 7).collect();

    assert_eq!(events, make_events(5, 10, 20, 7).collect::<Vec<_>>());
    assert_ne!(events, make_events(5, 10, 20, 8).collect::<Vec<_>>());
    assert!(events.is_sorted_by_key(|event| event.time));
    let days = gathered(events).await;
    assert_eq!(days.len(), 50);
    assert!(days.iter().any(|day| day.anomaly == Some(true)));
}

#[test]
fn what_is_rebuilt_badly_has_a_large_error() {
    // One layer that gives back what it gets, but for the last feature.
    let is_kept = |at: usize| at.is_multiple_of(FEATURES + 1) && at + 1 < FEATURES * FEATURES;
    let weights = (0..FEATURES * FEATURES).map(|at| f32::from(u8::from(is_kept(at))));
    let net = DenseNet::default()
        .layer(
            FEATURES,
            weights.collect(),
            vec![0.0; FEATURES],
            Activation::Identity,
        )
        .unwrap();
    let profile: Profile = serde_json::from_value(json!({
        "mean": vec![1.0; FEATURES], "deviation": vec![2.0; FEATURES], "threshold": 0.5,
        "net": "net.safetensors",
    }))
    .unwrap();
    let profile = profile.on(&net, OpenDevice::Cpu).unwrap();

    let mut strange = [9.0; FEATURES];
    strange[FEATURES - 1] = 5.0;
    let errors = profile.errors(&[[1.0; FEATURES], strange]).unwrap();

    // ((5 - 1) / 2)^2 over 8 features.
    assert_eq!(errors, [0.0, 0.5]);
}
