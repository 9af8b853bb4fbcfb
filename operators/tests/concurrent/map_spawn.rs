use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::{FutureExt, stream};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep};

// The tokens are let go before the task: the runtime drops an aborted task a
// little later, and the laws ask for that at once.
laws! {
    map_spawn: |s| s.map(|token| token.value()).map_spawn(3, async |id| id),
    model: |v| v.iter().map(Token::value).collect(),
}

laws! {
    map_spawn_one_at_a_time: |s| s.map(|token| token.value()).map_spawn(1, async |id| id),
    model: |v| v.iter().map(Token::value).collect(),
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test(start_paused = true)]
async fn tasks_go_on_while_nobody_polls() {
    let done = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&done);
    let mut results = flow(stream::iter(0..3)).map_spawn(3, move |_| {
        let counted = Arc::clone(&counted);
        async move {
            sleep(ms(10)).await;
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });

    assert_eq!(results.next().now_or_never(), None);
    sleep(ms(20)).await;
    assert_eq!(done.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn the_bound_covers_the_spawn() {
    let spawned = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&spawned);
    let mut results = flow(stream::iter(0..10)).map_spawn(3, move |_| {
        let counted = Arc::clone(&counted);
        async move {
            counted.fetch_add(1, Ordering::SeqCst);
            pending::<()>().await;
        }
    });

    assert_eq!(results.next().now_or_never(), None);
    sleep(ms(10)).await;
    assert_eq!(spawned.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn dropping_it_aborts_the_tasks() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let mut results = flow(stream::iter(0..10)).map_spawn(3, move |_| {
        let held = Arc::clone(&held);
        async move {
            pending::<()>().await;
            drop(held);
        }
    });

    assert_eq!(results.next().now_or_never(), None);
    tokio::task::yield_now().await;
    assert_eq!(Arc::strong_count(&resource), 5);
    drop(results);
    tokio::task::yield_now().await;
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test(start_paused = true)]
async fn results_come_in_order() {
    let start = Instant::now();
    let results: Vec<_> = flow(stream::iter([30, 20, 10]))
        .map_spawn(3, async |millis| {
            sleep(ms(millis)).await;
            millis
        })
        .collect()
        .await;

    assert_eq!(results, [30, 20, 10]);
    assert_eq!(start.elapsed(), ms(30));
}

#[tokio::test]
#[should_panic(expected = "in the task")]
async fn a_panic_in_a_task_is_resumed_in_the_caller() {
    flow(stream::iter([true]))
        .map_spawn(3, async |strikes| assert!(!strikes, "in the task"))
        .for_each(drop)
        .await;
}

#[tokio::test]
async fn a_panic_in_a_task_aborts_the_others_at_once() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let mut results = flow(stream::iter([false, false, true])).map_spawn(3, move |strikes| {
        let held = Arc::clone(&held);
        async move {
            assert!(!strikes, "in the task");
            pending::<()>().await;
            drop(held);
        }
    });

    let panicked = AssertUnwindSafe(results.next()).catch_unwind().await;
    assert!(panicked.is_err());
    tokio::task::yield_now().await;
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(results.next().await, None);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).map_spawn(0, async |()| ()));
}
