//! The same work with `futures` and with millpond, side by side.
//!
//! Eight items each wait for a 10 ms timer, three at a time; whoever takes
//! them is busy for 100 ms with each. `futures`' `buffered` moves its timers
//! only while an item is being asked for, so they stand still as long as the
//! body is busy. An operator of millpond goes on, behind a full edge too. The
//! clock is simulated: the figures are exact, and nobody waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::{StreamExt, stream};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions};
use tokio::time::{Instant, sleep};

const ITEMS: u64 = 8;
const BODY: Duration = Duration::from_millis(100);

/// The longest that a timer seemed to take, in milliseconds.
type Worst = Arc<AtomicU64>;

async fn timer(item: u64, worst: Worst) -> u64 {
    let started = Instant::now();
    sleep(Duration::from_millis(10)).await;
    let took = started.elapsed().as_millis();
    worst.fetch_max(u64::try_from(took).unwrap_or(u64::MAX), Ordering::Relaxed);
    item
}

async fn with_futures(worst: Worst) {
    let timers = stream::iter(0..ITEMS).map(|item| timer(item, Arc::clone(&worst)));
    let mut items = std::pin::pin!(timers.buffered(3));
    while items.next().await.is_some() {
        sleep(BODY).await;
    }
}

async fn with_millpond(worst: Worst) -> Result<(), RunError> {
    let pipeline = Pipeline::named("freeze").edge_capacity(1);
    pipeline
        .source(FromIter::new(0..ITEMS))
        .node("timers", |items| {
            items.map_async(3, move |item| timer(item, Arc::clone(&worst)))
        })
        .consume("body", |items| async {
            items.for_each_async(|_| sleep(BODY)).await;
            Ok::<_, std::io::Error>(())
        });
    pipeline.run_local(RunOptions::new()).await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), RunError> {
    let (theirs, ours) = (Worst::default(), Worst::default());
    with_futures(Arc::clone(&theirs)).await;
    with_millpond(Arc::clone(&ours)).await?;

    let (theirs, ours) = (theirs.load(Ordering::Relaxed), ours.load(Ordering::Relaxed));
    println!("futures:  a 10 ms timer took up to {theirs} ms");
    println!("millpond: a 10 ms timer took up to {ours} ms");
    assert!(theirs >= 100);
    assert_eq!(ours, 10);
    Ok(())
}
