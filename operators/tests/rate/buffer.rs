use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use futures::FutureExt;
use millpond_operators::rate::Overflow;
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};
use tokio::time::sleep;

use super::slowly;

laws! {
    buffer: |s| s.buffer(3, Overflow::Block),
    model: |v| v,
    look_ahead: 3,
}

laws! {
    buffer_that_drops_the_oldest: |s| s.buffer(2, Overflow::DropOldest),
    relation: |v, out| in_order(&v, out) && v.last() == out.last(),
    look_ahead: 2,
    dropped: |op| op.store().dropped(),
}

laws! {
    buffer_that_drops_the_newest: |s| s.buffer(2, Overflow::DropNewest),
    relation: |v, out| in_order(&v, out) && v.first() == out.first(),
    look_ahead: 2,
    dropped: |op| op.store().dropped(),
}

laws! {
    buffer_that_drops_all: |s| s.buffer(2, Overflow::DropAll),
    relation: |v, out| in_order(&v, out) && v.last() == out.last(),
    look_ahead: 2,
    dropped: |op| op.store().dropped(),
}

/// Says whether `out` is some of the items, in order.
fn in_order(items: &[Token], out: &[Token]) -> bool {
    let mut items = items.iter();
    out.iter().all(|item| items.any(|other| other == item))
}

#[tokio::test(start_paused = true)]
async fn each_overflow_drops_what_it_says() {
    let kept = async |overflow| slowly(flow(1..=6).buffer(2, overflow)).await;

    assert_eq!(kept(Overflow::Block).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(kept(Overflow::DropOldest).await, [1, 5, 6]);
    assert_eq!(kept(Overflow::DropNewest).await, [1, 2, 3]);
    assert_eq!(kept(Overflow::DropAll).await, [1, 6]);
}

#[tokio::test(start_paused = true)]
async fn the_dropped_items_are_counted() {
    let mut items = flow(1..=6).buffer(2, Overflow::DropOldest);
    let first = items.next().await;
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut items).poll_progress(&mut cx).is_ready());

    assert_eq!((first, items.get_ref().store().dropped()), (Some(1), 3));
}

#[tokio::test]
async fn under_a_foreign_consumer_nothing_is_dropped() {
    let items = flow(1..=6).buffer(2, Overflow::DropOldest);

    assert_eq!(
        futures::StreamExt::collect::<Vec<_>>(items).await,
        [1, 2, 3, 4, 5, 6]
    );
}

#[tokio::test(start_paused = true)]
async fn a_full_buffer_that_blocks_leaves_the_rest_with_the_input() {
    let mut taken = 0;
    let items = flow(1..=9)
        .inspect(|_| taken += 1)
        .buffer(2, Overflow::Block);
    let waiting = items.for_each_async(async |_| sleep(Duration::from_secs(1)).await);
    assert!(waiting.now_or_never().is_none());

    // One is with the body.
    assert_eq!(taken, 3);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_capacity_of_zero_panics() {
    drop(flow([1]).buffer(0, Overflow::Block));
}
