use std::cell::Cell;
use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::source::poll_fn;
use millpond_operators::{flow, laws};
use std::task::Poll;
use tokio::time::timeout;

use super::{NEVER, WAIT, block, ms, scheduled, timeline};

laws! {
    initial_delay: |s| s.initial_delay(WAIT),
    model: |v| v,
}

laws! {
    initial_delay_of_nothing: |s| s.initial_delay(Duration::ZERO),
    model: |v| v,
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
    let mut items = poll_fn(|_| {
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
