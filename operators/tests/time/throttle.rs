use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::time::Rate;
use millpond_operators::{flow, laws};
use tokio::time::sleep;

use super::{WAIT, block, ms, one_each, scheduled, timeline, wakes};

const ONE_IN_5_MS: fn() -> Rate = || Rate::new(1, WAIT);

laws! {
    throttle: |s| s.throttle(ONE_IN_5_MS(), 2, one_each),
    model: |v| v,
    look_ahead: 1,
    rate: (2, WAIT),
}

laws! {
    throttle_by_cost: |s| s.throttle(ONE_IN_5_MS(), 2, Token::cost),
    model: |v| v,
    look_ahead: 1,
}

laws! {
    throttle_of_a_fast_rate: |s| s.throttle(Rate::per_second(10_000), 1, |_| 1),
    model: |v| v,
    look_ahead: 1,
}

laws! {
    throttle_on_time: |s| s.throttle(ONE_IN_5_MS(), 2, |_| 1),
    timed: |arrivals, _end| {
        let mut out: Vec<(Duration, _)> = Vec::new();
        // When the bucket is full again.
        let mut full = Duration::ZERO;
        for (came, token) in arrivals {
            let before = out.last().map_or(Duration::ZERO, |(at, _)| *at);
            let at = came.max(before).max(full.saturating_sub(WAIT));
            full = full.max(at) + WAIT;
            out.push((at, token));
        }
        out
    },
    look_ahead: 1,
}

#[tokio::test(start_paused = true)]
async fn after_a_burst_items_leave_at_the_rate() {
    let items = flow(stream::iter(0..5)).throttle(Rate::per_second(200), 2, |_| 1);

    assert_eq!(
        timeline(items).await,
        [(0, 0), (0, 1), (5, 2), (10, 3), (15, 4)]
    );
}

#[tokio::test(start_paused = true)]
async fn an_idle_time_fills_the_bucket_up_to_the_burst() {
    let items = (0..4).map(|n| (0, n)).chain((4..8).map(|n| (100, n)));
    let items = scheduled(items, 100).throttle(ONE_IN_5_MS(), 2, |_| 1);
    let times: Vec<_> = timeline(items)
        .await
        .into_iter()
        .map(|(at, _)| at)
        .collect();

    assert_eq!(times, [0, 0, 5, 10, 100, 100, 105, 110]);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_fills_the_bucket_up_to_the_burst() {
    let mut items = flow(stream::repeat(1)).throttle(ONE_IN_5_MS(), 2, |_| 1);

    assert_eq!(items.next().await, Some(1));
    block(&mut items, 500).await;
    assert_eq!(timeline(items.take(3)).await, [(0, 1), (0, 1), (5, 1)]);
}

#[tokio::test(start_paused = true)]
async fn an_item_takes_as_many_tokens_as_it_costs() {
    let items = flow(stream::iter([3, 1, 2, 0, 4])).throttle(ONE_IN_5_MS(), 4, |cost| *cost);

    assert_eq!(
        timeline(items).await,
        [(0, 3), (0, 1), (10, 2), (10, 0), (30, 4)]
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_above_the_burst_leaves_a_debt() {
    let items = flow(stream::iter([1, 5, 1])).throttle(ONE_IN_5_MS(), 2, |cost| *cost);

    // It waits for a full bucket at 5 ms; one token follows three that miss.
    assert_eq!(timeline(items).await, [(0, 1), (5, 5), (25, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_above_that_of_the_timer_is_reached() {
    let items = flow(stream::iter(0..1001)).throttle(Rate::per_second(10_000), 1, |_| 1);
    let times: Vec<_> = timeline(items)
        .await
        .into_iter()
        .map(|(at, _)| at)
        .collect();

    assert_eq!(times.last(), Some(&100));
    // Never more than come in a tick of the timer, and the burst.
    for at in 0..=100 {
        assert!(times.iter().filter(|other| **other == at).count() <= 11);
    }
}

#[tokio::test(start_paused = true)]
async fn no_rounding_adds_up() {
    let items = flow(stream::iter(0..3001)).throttle(Rate::per_second(3), 1, |_| 1);
    let times = timeline(items).await;

    assert_eq!(times.last(), Some(&(1_000_000, 3000)));
}

#[tokio::test(start_paused = true)]
async fn a_late_poll_makes_up_for_no_more_than_a_tick() {
    let mut items = flow(stream::repeat(1)).throttle(ONE_IN_5_MS(), 1, |_| 1);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().now_or_never(), None);
    sleep(ms(500)).await;
    assert_eq!(timeline(items.take(3)).await, [(0, 1), (4, 1), (9, 1)]);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_leaves_at_once_needs_no_timer() {
    let mut items = flow(stream::iter([1])).throttle(ONE_IN_5_MS(), 1, |_| 1);

    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[tokio::test(start_paused = true)]
async fn the_timer_wakes_once_for_an_item() {
    let mut items = scheduled([(0, 'a'), (0, 'b')], 500).throttle(ONE_IN_5_MS(), 1, |_| 1);

    assert_eq!(items.next().await, Some('a'));
    assert_eq!(wakes(&mut items, 400).await, 1);
    assert_eq!(items.next().await, Some('b'));
    assert_eq!(wakes(&mut items, 50).await, 0);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_burst_of_zero_panics() {
    drop(flow(stream::empty::<()>()).throttle(Rate::per_second(1), 0, |()| 1));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_rate_of_zero_panics() {
    let _rate = Rate::per_second(0);
}

#[test]
#[should_panic(expected = "give a longer one")]
fn a_rate_without_a_period_panics() {
    let _rate = Rate::new(1, Duration::ZERO);
}
