//! Where nodes run, seen from the threads that run them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::thread;

use millpond::graph::{Any, Cost, Outlet, Placement, Preserve, Settings};
use millpond::message::Mode;
use millpond::stage::{Identified, Stage};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions};

type Threads = Arc<Mutex<BTreeSet<String>>>;

/// Notes on which threads a node runs.
fn traced(outlet: Outlet<u32>, name: &str) -> (Outlet<u32>, Threads) {
    let threads = Threads::default();
    let seen = Arc::clone(&threads);
    let outlet = outlet.node(name, move |numbers| {
        numbers.inspect(move |_| {
            let thread = thread::current().name().unwrap_or_default().to_owned();
            seen.lock().unwrap().insert(thread);
        })
    });
    (outlet, threads)
}

fn names(threads: &Threads) -> Vec<String> {
    threads.lock().unwrap().iter().cloned().collect()
}

fn workers(count: usize) -> RunOptions {
    RunOptions::new().workers(NonZeroUsize::new(count).unwrap())
}

#[tokio::test]
async fn each_node_runs_on_the_thread_of_its_worker() {
    let pipeline = Pipeline::named("placed");
    let numbers = pipeline.source(FromIter::new(0..100));
    let (numbers, light) = traced(numbers, "light");
    let (numbers, own) = traced(numbers, "own");
    let (numbers, after) = traced(numbers.on(Placement::Own), "after");
    let (numbers, heavy) = traced(numbers, "heavy");
    let (numbers, stays) = traced(numbers.cost(Cost::Heavy), "stays");
    numbers.cost(Cost::Heavy).on(Placement::Inherit).ignore();
    let report = pipeline.run_with(workers(4)).await.unwrap();

    assert_eq!(names(&light), ["placed-0"]);
    assert_eq!(names(&own), ["placed-1"]);
    assert_eq!(names(&after), ["placed-1"]);
    assert_eq!(names(&heavy), ["placed-2"]);
    assert_eq!(names(&stays), ["placed-2"]);
    assert_eq!(report.node("heavy").worker, 2);
}

#[tokio::test]
async fn nodes_of_a_pool_share_its_workers() {
    let pool = Placement::Pool(NonZeroUsize::new(2).unwrap());
    let pipeline = Pipeline::named("pooled");
    let mut numbers = pipeline.source(FromIter::new(0..100));
    let mut traces = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let (next, threads) = traced(numbers, name);
        numbers = next.on(pool);
        traces.push(threads);
    }
    numbers.ignore();
    pipeline.run_with(workers(8)).await.unwrap();

    let traces: Vec<_> = traces.iter().flat_map(names).collect();
    assert_eq!(traces, ["pooled-1", "pooled-2", "pooled-1", "pooled-2"]);
}

#[tokio::test]
async fn replicas_have_a_worker_each_unless_they_are_placed() {
    let run = async |placement: Option<Placement>| {
        let pipeline = Pipeline::named("replicas");
        let replicas = pipeline.source(FromIter::new(0..100_u32)).replicate(3, Any);
        let replicas = match placement {
            Some(placement) => replicas.on(placement),
            None => replicas,
        };
        replicas.node("work", |numbers| numbers).ignore();
        let report = pipeline.run_with(workers(8)).await.unwrap();
        let worker = |name| report.node(name).worker;
        let replicas = ["work.0", "work.1", "work.2"].map(worker);
        let others = ["from-iter", "work/split", "work/join", "ignore"].map(worker);
        (replicas, others)
    };
    assert_eq!(run(None).await, ([1, 2, 3], [0; 4]));
    let pool = Placement::Pool(NonZeroUsize::new(2).unwrap());
    assert_eq!(run(Some(pool)).await, ([1, 2, 1], [0; 4]));
    assert_eq!(run(Some(Placement::Inherit)).await, ([0; 3], [0; 4]));
}

/// A stage whose nodes want workers of their own.
#[derive(Clone)]
struct Digest;

impl Identified for Digest {
    const ID: &'static str = "digest";
    const COST: Cost = Cost::Blocking;
}

impl<M: Mode> Stage<u32, M> for Digest {
    type Out = u32;

    fn build(self, numbers: Outlet<u32, M>) -> Outlet<u32, M> {
        numbers.map(|n| n.rotate_left(7))
    }
}

#[tokio::test]
async fn the_nodes_around_replicas_are_light_whatever_the_stage_costs() {
    for own in [false, true] {
        let pipeline = Pipeline::named("replicas");
        let numbers = pipeline.source(FromIter::new(0..100_u32));
        let settings = Settings {
            placement: own.then_some(Placement::Own),
            ..Settings::default()
        };
        let numbers = pipeline
            .builder()
            .with_settings(settings, || numbers.replicate(2, Preserve).stage(Digest));
        numbers.ignore();
        let report = pipeline.run_with(workers(8)).await.unwrap();
        let nodes = [
            "digest/split",
            "digest.0/map",
            "digest.1/map",
            "digest/join",
        ];
        assert_eq!(nodes.map(|name| report.node(name).worker), [0, 1, 2, 0]);
    }
}

#[tokio::test]
async fn replicas_past_the_limit_are_spread_evenly() {
    let pipeline = Pipeline::named("replicas");
    let numbers = pipeline.source(FromIter::new(0..100_u32));
    let numbers = numbers.replicate(4, Any).node("work", |numbers| numbers);
    numbers.ignore();
    let report = pipeline.run_with(workers(2)).await.unwrap();
    let replicas = ["work.0", "work.1", "work.2", "work.3"];
    let mut workers = replicas.map(|name| report.node(name).worker);
    workers.sort_unstable();
    assert_eq!(workers, [0, 0, 1, 1]);
}
