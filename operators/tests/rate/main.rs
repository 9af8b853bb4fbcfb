//! The operators of the `rate` group.

use std::time::Duration;

use millpond_operators::{Flow, Progress};
use tokio::time::sleep;

mod batch_on_backpressure;
mod buffer;
mod conflate;
mod conflate_with_seed;
mod deadline_drop;
mod decouple;
mod expand;
mod fail_on_overflow;
mod latest;
mod latest_by_key;
mod valve;

/// Takes one item each millisecond, and drives the flow between.
async fn slowly<S: Progress>(items: Flow<S>) -> Vec<S::Item> {
    let mut seen = Vec::new();
    let kept = items.map(|item| seen.push(item));
    kept.for_each_async(async |()| sleep(Duration::from_millis(1)).await)
        .await;
    seen
}
