//! What replicas promise: order, conservation, bounds, an end.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod ends;
mod order;
mod stages;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::graph::Outlet;
use millpond::message::Message;
use millpond::operators::{Flow, Progress};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions, RunReport};
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};

type Seen<T> = Arc<Mutex<Vec<T>>>;

/// A message, how long work on it takes, and how many results it has.
#[derive(Clone, Copy, Debug)]
struct Job {
    number: usize,
    key: u8,
    millis: u64,
    results: usize,
}

/// Which job a result is of, and which of its results.
type Done = (usize, usize);

/// Works on jobs one after the other, and makes several results of one.
fn work<S: Progress<Item = Job>>(jobs: Flow<S>) -> Flow<impl Progress<Item = Done>> {
    jobs.map_async(2, |job: Job| async move {
        sleep(Duration::from_millis(job.millis)).await;
        job
    })
    .flat_map_iter(|job| (0..job.results).map(move |result| (job.number, result)))
}

/// Runs a pipeline on the paused clock, for an hour of it at most.
fn run(build: impl FnOnce(Pipeline, Seen<Done>) -> Pipeline) -> (Vec<Done>, RunReport) {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let seen = Seen::default();
    let pipeline = build(Pipeline::named("replicas"), Arc::clone(&seen));
    let report = runtime.block_on(async {
        let run = pipeline.run_local(RunOptions::new());
        let ended = timeout(Duration::from_hours(1), run).await;
        ended.map_err(|_| "the run hangs").unwrap().unwrap()
    });
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (seen, report)
}

fn record(outlet: Outlet<Done>, seen: Seen<Done>) -> Pipeline {
    outlet.for_each("record", move |done| seen.lock().unwrap().push(done))
}

async fn collected<T: Message>(build: impl FnOnce(Outlet<u32>) -> Outlet<T>, count: u32) -> Vec<T> {
    let seen = Seen::default();
    let record = Arc::clone(&seen);
    let numbers = Pipeline::named("collected").source(FromIter::new(0..count));
    build(numbers)
        .for_each("record", move |n| record.lock().unwrap().push(n))
        .run()
        .await
        .unwrap();
    std::mem::take(&mut *seen.lock().unwrap())
}
