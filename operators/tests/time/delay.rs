use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::{flow, laws};
use tokio::time::{Instant, timeout};

use super::{NEVER, WAIT, block, ms, scheduled, timeline, wakes};

laws! {
    delay: |s| s.delay(3, WAIT),
    model: |v| v,
    look_ahead: 3,
}

laws! {
    delay_of_nothing: |s| s.delay(3, Duration::ZERO),
    model: |v| v,
    look_ahead: 3,
}

laws! {
    delay_with_room_for_a_flood: |s| s.delay(500, WAIT),
    model: |v| v,
    look_ahead: 500,
}

laws! {
    delay_on_time: |s| s.delay(100, WAIT),
    timed: |arrivals, _end| arrivals.into_iter().map(|(at, token)| (at + WAIT, token)).collect(),
    look_ahead: 100,
    linger: WAIT,
}

#[tokio::test(start_paused = true)]
async fn items_keep_their_distances_and_the_end_comes_with_the_last() {
    let items = scheduled([(0, 'a'), (3, 'b'), (4, 'c')], 4).delay(100, WAIT);

    assert_eq!(timeline(items).await, [(5, 'a'), (8, 'b'), (9, 'c')]);
}

#[tokio::test(start_paused = true)]
async fn no_more_leave_in_any_wait_than_are_held() {
    let items = flow(stream::iter(0..5)).delay(2, WAIT);

    assert_eq!(
        timeline(items).await,
        [(5, 0), (5, 1), (10, 2), (10, 3), (15, 4)]
    );
}

#[tokio::test(start_paused = true)]
async fn time_runs_while_the_output_is_blocked() {
    let mut items = scheduled([(0, 'a'), (3, 'b'), (6, 'c')], 99).delay(100, WAIT);

    block(&mut items, 7).await;
    assert_eq!(items.next().now_or_never(), Some(Some('a')));
    assert_eq!(timeline(items).await, [(1, 'b'), (4, 'c')]);
}

#[tokio::test(start_paused = true)]
async fn items_that_are_overdue_leave_at_once() {
    let mut items = flow(stream::iter([1, 2, 3])).delay(3, WAIT);

    block(&mut items, 20).await;
    let start = Instant::now();
    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.collect::<Vec<_>>().await, [2, 3]);
    assert_eq!(start.elapsed(), ms(0));
}

#[tokio::test(start_paused = true)]
async fn after_a_wait_past_the_end_of_the_clock_no_item_leaves() {
    let mut items = flow(stream::iter([1]).chain(stream::pending())).delay(3, NEVER);
    let waited = timeout(Duration::from_hours(24 * 365), items.next()).await;

    assert!(waited.is_err());
}

#[tokio::test(start_paused = true)]
async fn no_timer_runs_while_nothing_is_held() {
    let mut items = scheduled([(0, 'a')], 500).delay(3, WAIT);

    assert_eq!(items.next().await, Some('a'));
    assert_eq!(wakes(&mut items, 400).await, 0);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_items_panics() {
    drop(flow(stream::empty::<()>()).delay(0, WAIT));
}
