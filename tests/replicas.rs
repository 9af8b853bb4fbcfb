//! What replicas promise: order, conservation, bounds, an end.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::graph::{Any, ByKey, Outlet, Preserve};
use millpond::message::Mode;
use millpond::operators::Flow;
use millpond::runtime::{Ending, NodeEnding};
use millpond::stage::{Identified, Stage};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions, RunReport};
use proptest::prelude::*;
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

fn jobs() -> impl Strategy<Value = Vec<Job>> {
    let job = (0_u8..4, 0_u64..20, 0_usize..4);
    prop::collection::vec(job, 0..60).prop_map(|jobs| {
        let jobs = jobs.into_iter().enumerate();
        jobs.map(|(number, (key, millis, results))| Job {
            number,
            key,
            millis,
            results,
        })
        .collect()
    })
}

/// Works on jobs one after the other, and makes several results of one.
fn work<S: millpond::operators::Progress<Item = Job>>(
    jobs: Flow<S>,
) -> Flow<impl millpond::operators::Progress<Item = Done>> {
    jobs.map_async(2, |job: Job| async move {
        sleep(Duration::from_millis(job.millis)).await;
        job
    })
    .flat_map_iter(|job| (0..job.results).map(move |result| (job.number, result)))
}

fn expected(jobs: &[Job]) -> Vec<Done> {
    let done = |job: &Job| {
        let number = job.number;
        (0..job.results).map(move |result| (number, result))
    };
    jobs.iter().flat_map(done).collect()
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn preserve_keeps_the_order_whatever_replicas_filter_make_and_take(
        jobs in jobs(),
        replicas in 1_usize..5,
        capacity in 1_usize..4,
    ) {
        let (seen, report) = run(|pipeline, seen| {
            let replicas = pipeline
                .edge_capacity(capacity)
                .source(FromIter::new(jobs.clone()))
                .replicate(replicas, Preserve)
                .capacity(capacity);
            record(replicas.node("work", work), seen)
        });
        prop_assert_eq!(seen, expected(&jobs));
        prop_assert!(report.unaccounted().is_empty(), "{}", report);
        prop_assert_eq!(report.discarded(), 0);
    }

    #[test]
    fn any_loses_none_and_doubles_none(
        jobs in jobs(),
        replicas in 1_usize..5,
        capacity in 1_usize..4,
    ) {
        let (mut seen, report) = run(|pipeline, seen| {
            let replicas = pipeline
                .edge_capacity(capacity)
                .source(FromIter::new(jobs.clone()))
                .replicate(replicas, Any)
                .capacity(capacity);
            record(replicas.node("work", work), seen)
        });
        seen.sort_unstable();
        prop_assert_eq!(seen, expected(&jobs));
        prop_assert!(report.unaccounted().is_empty(), "{}", report);
    }

    #[test]
    fn by_key_keeps_the_order_of_each_key_and_a_key_at_one_replica(
        jobs in jobs(),
        replicas in 1_usize..5,
        capacity in 1_usize..4,
    ) {
        let homes = Arc::new(Mutex::new(HashMap::<u8, Vec<usize>>::new()));
        let (seen, _) = run(|pipeline, seen| {
            let homes = Arc::clone(&homes);
            let done = pipeline
                .edge_capacity(capacity)
                .source(FromIter::new(jobs.clone()))
                .replicate(replicas, ByKey(|job: &Job| job.key))
                .capacity(capacity)
                .module("work", move |replica, jobs| {
                    let homes = Arc::clone(&homes);
                    jobs.node("work", move |jobs| {
                        work(jobs.inspect(move |job| {
                            homes.lock().unwrap().entry(job.key).or_default().push(replica);
                        }))
                    })
                });
            record(done, seen)
        });
        for home in homes.lock().unwrap().values_mut() {
            home.dedup();
            prop_assert_eq!(home.len(), 1);
        }
        for key in 0..4 {
            let of_key = |done: &Done| jobs[done.0].key == key;
            let seen: Vec<_> = seen.iter().copied().filter(of_key).collect();
            let expected: Vec<_> = expected(&jobs).into_iter().filter(of_key).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
