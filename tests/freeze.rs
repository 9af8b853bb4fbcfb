//! Nothing freezes: work that a node has admitted goes on behind a full edge.
//!
//! Each demonstration runs twice: as it is, and with the driver's
//! `poll_progress` made to reach nothing. The second run shows that the test
//! would notice if the driver did not make the call.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use millpond::operators::{Flow, Progress};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions, RunReport};
use tokio::sync::Semaphore;
use tokio::time::{Instant, error::Elapsed, sleep, timeout};

const TEN: Duration = Duration::from_millis(10);

/// A stream whose progress reaches nothing: a driver without `poll_progress`.
struct Frozen<S>(Pin<Box<S>>);

impl<S: Stream> Stream for Frozen<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl<S: Stream> Progress for Frozen<S> {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

fn hidden<S: Progress + 'static>(flow: Flow<S>, frozen: bool) -> BoxedFlow<S::Item> {
    if frozen {
        Flow::native(Box::pin(Frozen(Box::pin(flow))))
    } else {
        Flow::native(Box::pin(flow))
    }
}

type BoxedFlow<T> = Flow<Pin<Box<dyn Progress<Item = T>>>>;

/// The longest that a 10 ms timer was seen to take, in milliseconds, while
/// the sink takes 100 ms for each message.
async fn worst_ten_milliseconds(frozen: bool) -> u128 {
    let worst = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&worst);
    let pipeline = Pipeline::named("freeze").edge_capacity(1);
    pipeline
        .source(FromIter::new(0..12_u32))
        .node("timers", move |numbers| {
            let timers = numbers.map_async(3, move |n| {
                let seen = Arc::clone(&seen);
                async move {
                    let started = Instant::now();
                    sleep(TEN).await;
                    let took = u64::try_from(started.elapsed().as_millis()).unwrap();
                    seen.fetch_max(took, Ordering::Relaxed);
                    n
                }
            });
            hidden(timers, frozen)
        })
        .consume("slow", |numbers| async move {
            let body = |_| sleep(Duration::from_millis(100));
            numbers.for_each_async(body).await;
            Ok::<_, std::io::Error>(())
        });
    let report = pipeline.run_local(RunOptions::new()).await.unwrap();
    assert_eq!(report.node("slow").received, 12);
    u128::from(worst.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn timers_go_on_while_the_edge_is_full() {
    assert_eq!(worst_ten_milliseconds(false).await, 10);
}

#[tokio::test(start_paused = true)]
async fn without_progress_the_timers_would_freeze() {
    assert!(worst_ten_milliseconds(true).await >= 100);
}

/// Futures of the node and the body of the sink share one permit.
async fn shared_permit(frozen: bool) -> Result<Result<RunReport, RunError>, Elapsed> {
    let permit = Arc::new(Semaphore::new(1));
    let inside = Arc::clone(&permit);
    let pipeline = Pipeline::named("permit").edge_capacity(1);
    pipeline
        .source(FromIter::new(0..20_u32))
        .node("use", move |numbers| {
            let used = numbers.map_async(3, move |n| {
                let permit = Arc::clone(&inside);
                async move {
                    let _held = permit.acquire_owned().await.unwrap();
                    sleep(TEN).await;
                    n
                }
            });
            hidden(used, frozen)
        })
        .consume("use-too", |numbers| async move {
            numbers
                .for_each_async(|_| async {
                    let _held = permit.acquire().await.unwrap();
                    sleep(TEN).await;
                })
                .await;
            Ok::<_, std::io::Error>(())
        });
    timeout(
        Duration::from_hours(1),
        pipeline.run_local(RunOptions::new()),
    )
    .await
}

#[tokio::test(start_paused = true)]
async fn a_permit_shared_across_an_edge_does_not_deadlock() {
    let report = shared_permit(false).await.unwrap().unwrap();
    assert_eq!(report.node("use-too").received, 20);
}

#[tokio::test(start_paused = true)]
async fn without_progress_the_shared_permit_would_deadlock() {
    assert!(shared_permit(true).await.is_err());
}
