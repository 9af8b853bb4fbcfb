use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use futures::{FutureExt, pin_mut};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep};

// The task takes from its input whenever it likes, so that the scripted source
// stands beside it.
laws! {
    detach: |s| s.map(|token| token.id()).merge(flow(stream::iter(5_000..5_030)).detach(2)),
    model: |v| v.iter().map(Token::id).chain(5_000..5_030).collect(),
    unordered,
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test]
async fn building_it_spawns_nothing() {
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    let count = move |_: &usize| {
        counted.fetch_add(1, Ordering::SeqCst);
    };
    let mut items = flow(stream::iter(0..10)).inspect(count).detach(3);

    tokio::task::yield_now().await;
    assert_eq!(taken.load(Ordering::SeqCst), 0);
    // It runs ahead as far as there is room, and no further.
    assert_eq!(items.next().now_or_never(), None);
    tokio::task::yield_now().await;
    assert_eq!(taken.load(Ordering::SeqCst), 3);
    let items: Vec<_> = items.collect().await;
    assert_eq!(items, (0..10).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn it_runs_ahead_while_nobody_polls() {
    let start = Instant::now();
    let items = flow(stream::iter(0..3))
        .map_async(1, async |n| {
            sleep(ms(10)).await;
            n
        })
        .detach(3);
    pin_mut!(items);

    assert_eq!(items.next().await, Some(0));
    sleep(ms(90)).await;
    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().await, Some(2));
    assert_eq!(start.elapsed(), ms(100));
}

#[tokio::test(start_paused = true)]
async fn a_full_buffer_keeps_the_work_before_it_moving() {
    let done = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&done);
    let items = flow(stream::iter(0..10))
        .map_async(3, move |_| {
            let counted = Arc::clone(&counted);
            async move {
                sleep(ms(10)).await;
                counted.fetch_add(1, Ordering::SeqCst);
            }
        })
        .detach(1);
    pin_mut!(items);

    assert_eq!(items.next().await, Some(()));
    sleep(ms(100)).await;
    // One was taken, one is in the buffer, three wait for room.
    assert_eq!(done.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn dropping_it_aborts_the_task() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::pending::<()>().inspect(move |()| drop(Arc::clone(&held)));
    let mut items = flow(endless).detach(1);

    assert_eq!(items.next().now_or_never(), None);
    tokio::task::yield_now().await;
    drop(items);
    tokio::task::yield_now().await;
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
#[should_panic(expected = "in the task, after 1")]
async fn a_panic_comes_after_the_items_before_it() {
    let items = stream::iter([1, 2]).inspect(|n| assert!(*n == 1, "in the task, after 1"));
    let mut items = flow(items).detach(4);

    assert_eq!(items.next().now_or_never(), None);
    tokio::task::yield_now().await;
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    items.next().await;
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).detach(0));
}
