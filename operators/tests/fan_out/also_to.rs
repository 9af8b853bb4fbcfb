use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use millpond_operators::{Progress, flow, laws};
use tokio::time::{Instant, sleep, timeout};

laws! {
    also_to: |s| s.map(Arc::new).also_to(2, |copies| copies.for_each(drop)),
    model: |v| v.into_iter().map(Arc::new).collect(),
    look_ahead: 2,
}

laws! {
    also_to_a_consumer_that_leaves: |s| {
        s.map(Arc::new).also_to(1, |copies| copies.take(2).for_each(drop))
    },
    model: |v| v.into_iter().map(Arc::new).collect(),
    look_ahead: 1,
}

#[tokio::test(start_paused = true)]
async fn the_slower_of_the_two_sets_the_pace() {
    let start = Instant::now();
    let mut items = pin!(flow(0..9).also_to(2, |copies| {
        copies.for_each_async(async |_| sleep(Duration::from_millis(10)).await)
    }));

    // The consumer works on the first, and two are in store.
    for item in 0..3 {
        assert_eq!(items.next().now_or_never(), Some(Some(item)));
    }
    assert_eq!(items.next().await, Some(3));
    assert_eq!(start.elapsed(), Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_the_consumer() {
    let start = Instant::now();
    let items: Vec<_> = flow(0..3)
        .also_to(3, |copies| {
            copies.for_each_async(async |_| sleep(Duration::from_millis(10)).await)
        })
        .collect()
        .await;

    assert_eq!(items, [0, 1, 2]);
    assert_eq!(start.elapsed(), Duration::from_millis(30));
}

#[tokio::test(start_paused = true)]
async fn the_consumer_goes_on_while_the_output_is_blocked() {
    let consumed = Cell::new(0);
    let mut items = pin!(flow(0..9).also_to(2, |copies| {
        copies.for_each_async(async |_| {
            sleep(Duration::from_millis(10)).await;
            consumed.set(consumed.get() + 1);
        })
    }));
    let progress = poll_fn(|cx| items.as_mut().poll_progress(cx));

    assert!(timeout(Duration::from_millis(45), progress).await.is_err());
    assert_eq!(consumed.get(), 2);
}

#[tokio::test]
async fn a_panic_of_the_consumer_passes_and_the_items_go_on() {
    let mut items = pin!(flow(0..3).also_to(1, async |copies| {
        copies
            .for_each(|n| assert_ne!(n, 1, "the one that breaks"))
            .await;
    }));

    assert_eq!(items.next().await, Some(0));
    let mut rest = Vec::new();
    let mut panics = 0;
    loop {
        let next = AssertUnwindSafe(|| items.next().now_or_never());
        match catch_unwind(next) {
            Ok(Some(Some(item))) => rest.push(item),
            Ok(_) => break,
            Err(_) => panics += 1,
        }
    }

    assert_eq!((rest, panics), (vec![1, 2], 1));
}

#[tokio::test]
async fn dropping_the_output_drops_the_consumer() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let mut items = Box::pin(flow(0..3).also_to(1, async move |copies| {
        copies.for_each(drop).await;
        drop(held);
    }));

    assert_eq!(items.next().await, Some(0));
    drop(items);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow([()]).also_to(0, |copies| copies.for_each(drop)));
}
