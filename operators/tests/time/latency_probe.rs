use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::{flow, laws};
use tokio::time::Instant;

use super::{WAIT, ms, scheduled};

laws! {
    latency_probe: |s| s.latency_probe(
        |token| {
            token.value();
            Instant::now()
        },
        |age| assert!(age.is_zero()),
    ),
    model: |v| v,
}

#[tokio::test(start_paused = true)]
async fn the_age_counts_from_the_timestamp() {
    let mut ages = Vec::new();
    scheduled([(3, 'a'), (5, 'b')], 9)
        .timestamp()
        .sample(ms(10))
        .latency_probe(|(taken, _)| *taken, |age| ages.push(age))
        .for_each(drop)
        .await;

    // The end at 9 ms comes before the tick.
    assert_eq!(ages, [ms(4)]);
}

#[tokio::test(start_paused = true)]
async fn an_instant_in_the_future_makes_the_age_zero() {
    let future = Instant::now() + WAIT;
    let mut ages = Vec::new();
    flow(stream::iter([1]))
        .latency_probe(|_| future, |age| ages.push(age))
        .for_each(drop)
        .now_or_never();

    assert_eq!(ages, [Duration::ZERO]);
}
