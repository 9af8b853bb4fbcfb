use std::time::Duration;

use millpond_operators::source::{self, MissedTick};
use millpond_operators::{Flow, Progress, laws};
use tokio::time::{Instant, sleep};

const PERIOD: Duration = Duration::from_millis(10);

laws! {
    interval: |s| {
        drop(s);
        source::interval(PERIOD, MissedTick::Burst).take(5).map(drop)
    },
    model: |_v| vec![(); 5],
}

laws! {
    interval_on_time: |s| {
        drop(s);
        source::interval(PERIOD, MissedTick::Skip).take(5).enumerate().map(|(index, _)| index)
    },
    timed: |_arrivals, _end| (0..5).map(|n| (PERIOD * n, n as usize)).collect(),
}

/// Takes a tick, waits for 25 ms, and takes three more.
async fn ticks(missed: MissedTick) -> [Vec<u128>; 2] {
    let start = Instant::now();
    let mut items = source::interval(PERIOD, missed);
    let mut came = Vec::new();
    let mut due = Vec::new();
    for wait in [0, 25, 0, 0, 0] {
        sleep(Duration::from_millis(wait)).await;
        let tick = items.next().await;
        came.push(start.elapsed().as_millis());
        due.extend(tick.map(|tick| tick.duration_since(start).as_millis()));
    }
    [came, due]
}

#[tokio::test(start_paused = true)]
async fn with_burst_no_tick_is_lost() {
    let [came, due] = ticks(MissedTick::Burst).await;

    assert_eq!(came, [0, 25, 25, 30, 40]);
    assert_eq!(due, [0, 10, 20, 30, 40]);
}

#[tokio::test(start_paused = true)]
async fn with_delay_the_next_comes_a_period_after_a_late_one() {
    let [came, due] = ticks(MissedTick::Delay).await;

    assert_eq!(came, [0, 25, 35, 45, 55]);
    assert_eq!(due, [0, 10, 35, 45, 55]);
}

#[tokio::test(start_paused = true)]
async fn with_skip_the_next_comes_at_a_multiple_of_the_period() {
    let [came, due] = ticks(MissedTick::Skip).await;

    assert_eq!(came, [0, 25, 30, 40, 50]);
    assert_eq!(due, [0, 10, 30, 40, 50]);
}

#[tokio::test(start_paused = true)]
async fn the_first_tick_is_due_at_the_first_poll() {
    let mut items = source::interval(PERIOD, MissedTick::Burst);

    sleep(PERIOD).await;
    assert_eq!(items.next().await, Some(Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn ticks_are_due_to_the_nanosecond() {
    let period = Duration::from_micros(100);
    for missed in [MissedTick::Burst, MissedTick::Delay] {
        let start = Instant::now();
        nth(source::interval(period, missed), 1000).await;

        // The timer is late by less than its resolution, which does not add up.
        assert_eq!(start.elapsed(), Duration::from_millis(100), "{missed:?}");
    }
}

async fn nth<P: Progress<Item = Instant> + Unpin>(mut items: Flow<P>, count: usize) {
    for _ in 0..=count {
        items.next().await;
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_period_past_the_end_of_the_clock_no_tick_comes() {
    let mut items = source::interval(Duration::MAX, MissedTick::Skip);

    assert_eq!(items.next().await, Some(Instant::now()));
    let waited = tokio::time::timeout(Duration::from_hours(24), items.next()).await;
    assert!(waited.is_err());
}

#[test]
#[should_panic(expected = "give a longer one")]
fn zero_panics() {
    drop(source::interval(Duration::ZERO, MissedTick::Burst));
}
