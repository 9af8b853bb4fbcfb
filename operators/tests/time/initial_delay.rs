use std::cell::Cell;
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::{flow, laws, source};
use tokio::time::timeout;

use super::{NEVER, WAIT, block, ms, scheduled, timeline};

laws! {
    initial_delay: |s| s.initial_delay(Duration::ZERO),
    model: |v| v,
}

// The wake at the end of the wait brings no item of its own, so a timer gives
// one (law T5).
laws! {
    initial_delay_that_waits: |s| {
        s.map(Some).initial_delay(WAIT).merge(source::timer(WAIT).map(|_| None))
    },
    model: |v| v.into_iter().map(Some).chain([None]).collect(),
    unordered,
}

#[tokio::test(start_paused = true)]
async fn items_that_came_before_leave_when_it_is_over() {
    let items = scheduled([(1, 'a'), (2, 'b'), (9, 'c')], 9).initial_delay(WAIT);

    // The input was not asked for the first before.
    assert_eq!(timeline(items).await, [(5, 'a'), (5, 'b'), (9, 'c')]);
}

#[tokio::test(start_paused = true)]
async fn the_input_is_not_asked_before() {
    let asked = Cell::new(false);
    let mut items = source::poll_fn(|_| {
        asked.set(true);
        Poll::Ready(Some(1))
    })
    .initial_delay(WAIT);

    assert_eq!(items.next().now_or_never(), None);
    assert!(!asked.get());
    assert_eq!(items.next().await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_poll_of_progress_counts_as_the_first() {
    let mut items = flow(stream::iter([1])).initial_delay(WAIT);

    block(&mut items, 3).await;
    assert_eq!(timeline(items).await, [(2, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_past_the_end_of_the_clock_is_never_over() {
    let mut items = flow(stream::iter([1])).initial_delay(NEVER);
    let waited = timeout(ms(1 << 40), items.next()).await;

    assert!(waited.is_err());
}
