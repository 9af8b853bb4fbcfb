//! A pipeline that has nothing to do does nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use cpu_time::ProcessTime;
use futures_core::Stream;
use millpond::edge::Capacity;
use millpond::graph::Placement;
use millpond::operators::{Flow, Progress, combine};
use millpond::stages::{Queue, QueueSender};
use millpond::{Pipeline, RunOptions};
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};

/// The tests of this file take turns: one measures the whole process.
static TURN: Mutex<()> = Mutex::new(());

/// A flow that counts how often it is polled, and passes everything on.
struct Counted<S> {
    input: Pin<Box<S>>,
    polls: Arc<AtomicUsize>,
}

impl<S: Progress> Stream for Counted<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.polls.fetch_add(1, SeqCst);
        self.input.as_mut().poll_next(cx)
    }
}

impl<S: Progress> Progress for Counted<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.polls.fetch_add(1, SeqCst);
        self.input.as_mut().poll_progress(cx)
    }
}

fn counted<S: Progress>(flow: Flow<S>, polls: &Arc<AtomicUsize>) -> Flow<Counted<Flow<S>>> {
    Flow::native(Counted {
        input: Box::pin(flow),
        polls: Arc::clone(polls),
    })
}

/// Two sources that wait for messages, and nodes of both placements with
/// timers and buffers in them, over edges that size themselves.
fn idle_pipeline(polls: &Arc<AtomicUsize>) -> (Pipeline, QueueSender<u64>) {
    let pipeline = Pipeline::named("idle").edge_capacity(Capacity::adaptive());
    let (sender, queue) = Queue::bounded(NonZeroUsize::new(4).unwrap());
    let seen = Arc::clone(polls);
    let batches = pipeline.source(queue).node("batch", move |numbers| {
        counted(numbers, &seen)
            .batch(8, Duration::from_millis(10))
            .map_async(2, |batch: Vec<u64>| async move { batch })
    });
    let seen = Arc::clone(polls);
    let sums = batches.on(Placement::Own).node("sum", move |batches| {
        let sums = counted(batches, &seen).map(|batch| batch.iter().sum::<u64>());
        combine::merge([sums])
    });
    let seen = Arc::clone(polls);
    sums.node("last", move |sums| counted(sums, &seen)).ignore();
    (pipeline, sender)
}

#[test]
fn nothing_is_polled_in_an_idle_hour() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(idle_for_an_hour());
}

async fn idle_for_an_hour() {
    let polls = Arc::new(AtomicUsize::new(0));
    let (pipeline, sender) = idle_pipeline(&polls);
    let watched = async {
        for number in 0..20 {
            sender.send(number).await.unwrap();
        }
        sleep(Duration::from_secs(1)).await;
        let before = polls.load(SeqCst);
        assert!(before > 0, "the messages have passed the counters");
        sleep(Duration::from_hours(1)).await;
        assert_eq!(polls.load(SeqCst), before);
        drop(sender);
    };
    let run = pipeline.run_local(RunOptions::new());
    let both = timeout(Duration::from_hours(2), async {
        tokio::join!(run, watched)
    });
    let report = both.await.unwrap().0.unwrap();
    assert_eq!(report.node("batch").received, 20);
}

/// The share of a processor that an idle pipeline uses in this time, its
/// threads started and its messages gone.
fn share_of_a_processor(time: Duration) -> f64 {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let polls = Arc::default();
    let (pipeline, sender) = idle_pipeline(&polls);
    let handle = pipeline.start().unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(sender.send(1)).unwrap();
    wait(Duration::from_millis(500));
    let began = ProcessTime::now();
    wait(time);
    let used = began.elapsed();
    drop(sender);
    runtime.block_on(handle.join()).unwrap();
    used.div_duration_f64(time)
}

#[expect(clippy::disallowed_methods, reason = "real time has to pass")]
fn wait(time: Duration) {
    thread::sleep(time);
}

#[test]
fn an_idle_process_leaves_the_processor_alone() {
    let share = share_of_a_processor(Duration::from_secs(1));
    assert!(share < 0.001, "{share} of a processor");
}

#[test]
#[ignore = "takes ten seconds"]
fn an_idle_process_leaves_the_processor_alone_for_ten_seconds() {
    let share = share_of_a_processor(Duration::from_secs(10));
    assert!(share < 0.001, "{share} of a processor");
}
