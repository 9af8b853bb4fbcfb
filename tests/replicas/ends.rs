//! How replicas end: failures, stops, aborts, readers that leave.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use millpond::graph::{Any, ByKey, Order, Preserve};
use millpond::operators::Progress;
use millpond::runtime::{Ending, NodeEnding, RunFailure};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError};
use tokio::time::timeout;

use super::Seen;

async fn failing<O: Order<u32>>(order: O) -> Box<RunFailure>
where
    O::Input: Progress<Item = u32>,
{
    let numbers = Pipeline::named("failing").source(FromIter::new(0..10_000_u32));
    let done = numbers.replicate(3, order).node("risky", |numbers| {
        numbers.map(|n| {
            assert_ne!(n, 1000, "a number I cannot stand");
            n
        })
    });
    let last = Arc::new(AtomicU64::new(0));
    let ended = timeout(
        Duration::from_mins(1),
        done.for_each("ordered", move |n| {
            last.fetch_max(n.into(), SeqCst);
        })
        .run(),
    )
    .await;
    let Err(RunError::Failed(failure)) = ended.unwrap() else {
        unreachable!("a replica fails")
    };
    failure
}

#[tokio::test]
async fn a_replica_that_fails_ends_the_run_with_its_name_and_loses_nothing_uncounted() {
    for failure in [
        failing(Preserve).await,
        failing(Any).await,
        failing(ByKey(|n: &u32| *n)).await,
    ] {
        let name = failure.first.node.to_string();
        assert!(
            ["risky.0", "risky.1", "risky.2"].contains(&&*name),
            "{name}"
        );
        assert_eq!(&*failure.first.stage, "risky");
        assert!(failure.later.is_empty(), "{failure}");
        let report = &failure.report;
        assert!(report.unaccounted().is_empty(), "{report}");
        assert_eq!(report.node("risky/join").ending, NodeEnding::Finished);
    }
}

#[tokio::test]
async fn after_a_replica_failed_what_comes_out_is_still_in_order() {
    let seen = Seen::default();
    let record = Arc::clone(&seen);
    let numbers = Pipeline::named("failing").source(FromIter::new(0..10_000_u32));
    let error = numbers
        .replicate(3, Preserve)
        .node("risky", |numbers| numbers.inspect(|n| assert_ne!(*n, 1000)))
        .for_each("record", move |n| record.lock().unwrap().push(n))
        .run()
        .await
        .unwrap_err();
    assert!(matches!(error, RunError::Failed(_)));
    let seen = seen.lock().unwrap();
    assert!(seen.is_sorted() && seen.len() >= 1000, "{}", seen.len());
}

#[tokio::test]
async fn a_stop_lets_replicas_work_off_what_is_under_way() {
    let counted = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&counted);
    let numbers = Pipeline::named("stopped").source(FromIter::new(0_u32..));
    let handle = numbers
        .replicate(2, Preserve)
        .node("work", |numbers| numbers)
        .for_each("count", move |_| {
            count.fetch_add(1, SeqCst);
        })
        .start()
        .unwrap();
    while counted.load(SeqCst) < 1000 {
        tokio::task::yield_now().await;
    }
    handle.stop();
    let report = handle.join().await.unwrap();
    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(report.discarded(), 0, "{report}");
    assert_eq!(
        report.node("from-iter").emitted,
        report.node("count").received
    );
}

#[tokio::test]
async fn replicas_end_when_the_reader_behind_them_leaves() {
    for wide in [false, true] {
        let numbers = Pipeline::named("left").source(FromIter::new(0_u32..));
        let done = numbers.replicate(3, Preserve).node("work", move |numbers| {
            // The window fills up: the first number is never done.
            numbers.filter_map(move |n| (!wide || n < 5).then_some(n))
        });
        let first = done.node("first", |numbers| numbers.take(5));
        let run = first.for_each("ignore", drop).run();
        let report = timeout(Duration::from_mins(1), run).await.unwrap().unwrap();
        assert_eq!(report.node("ignore").received, 5);
        assert!(report.unaccounted().is_empty(), "{report}");
    }
}

#[tokio::test]
async fn an_abort_ends_replicas_that_wait_for_their_turn() {
    let numbers = Pipeline::named("aborted").source(FromIter::new(0_u32..));
    let handle = numbers
        .replicate(3, Preserve)
        .node("work", |numbers| {
            numbers.map_async(1, |n| async move {
                if n == 0 {
                    std::future::pending::<()>().await;
                }
                n
            })
        })
        .for_each("ignore", drop)
        .start()
        .unwrap();
    while handle.snapshot().node("work.1").received < 5 {
        tokio::task::yield_now().await;
    }
    // They wait for the first: once that is dropped, it has no turn any more.
    assert_eq!(handle.snapshot().node("ignore").received, 0);
    handle.abort();
    let report = handle.join().await.unwrap();
    assert_eq!(report.ending, Ending::Aborted);
    assert!(report.left_behind.is_empty());
    assert!(report.unaccounted().is_empty(), "{report}");
}
