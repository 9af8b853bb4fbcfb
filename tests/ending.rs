//! A run ends, whatever user code does, and says how.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::io;
use std::panic::{panic_any, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock, mpsc};
use std::task::Poll;
use std::time::Duration;

use futures_util::stream;
use millpond::graph::{Cost, OnError, Placement};
use millpond::operators::flow;
use millpond::runtime::Ending;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions, RunReport};
use tokio::time::timeout;

/// Ends a run that was left something behind soon, and fails one that hangs.
async fn run(pipeline: Pipeline) -> Result<RunReport, RunError> {
    let options = RunOptions::new().stop_deadline(Duration::from_millis(100));
    timeout(Duration::from_secs(30), pipeline.run_with(options))
        .await
        .expect("the run hangs")
}

/// A thread that waits here ends with the test.
fn gate() -> (mpsc::Sender<()>, impl FnOnce() + Send) {
    let (open, wait) = mpsc::channel();
    (open, move || wait.recv().unwrap_or_default())
}

#[tokio::test]
async fn a_blocking_task_that_is_left_over_does_not_hold_up_the_run() {
    let (_open, wait) = gate();
    let pipeline = Pipeline::named("blocking");
    pipeline
        .builder()
        .node("read", || {
            let mut wait = Some(wait);
            flow(stream::poll_fn(move |_| {
                if let Some(wait) = wait.take() {
                    #[expect(clippy::disallowed_methods, reason = "as a careless user would")]
                    drop(tokio::task::spawn_blocking(wait));
                }
                Poll::Ready(Some(()))
            }))
        })
        .node("three", |lines| lines.take(3))
        .ignore();
    let report = run(pipeline).await.unwrap();
    assert_eq!(report.node("three").emitted, 3);
}

#[tokio::test]
async fn a_lent_thread_that_does_not_end_is_left_behind() {
    let (_open, wait) = gate();
    let pipeline = Pipeline::named("lent");
    let (numbers, _none) =
        pipeline
            .source(FromIter::new(0..3))
            .try_node_with("lend", |context, numbers| {
                context.workers().spawn("lent".to_owned(), wait)?;
                Ok(numbers.map(Ok::<_, String>))
            });
    numbers.ignore();
    let report = run(pipeline).await.unwrap();
    assert_eq!(report.node("lend").emitted, 3);
    assert_eq!(report.left_behind.len(), 1);
    assert_eq!(report.left_behind[0].thread, "lent");
}

#[tokio::test]
async fn a_deadline_past_the_end_of_the_clock_is_none() {
    for _ in 0..5 {
        let handle = Pipeline::named("patient")
            .source(FromIter::new(0_u64..))
            .for_each("ignore", drop)
            .start_with(RunOptions::new().stop_deadline(Duration::MAX))
            .unwrap();
        handle.stop();
        assert_eq!(handle.join().await.unwrap().ending, Ending::Stopped);
    }
}

#[tokio::test]
async fn a_panic_whose_payload_panics_ends_the_run() {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any("the payload too");
        }
    }

    let pipeline = Pipeline::named("bomb")
        .source(FromIter::new(0..3))
        .node("throw", |numbers| numbers.inspect(|_| panic_any(Bomb)))
        .for_each("ignore", drop);
    let error = run(pipeline).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "stage `throw`, node `throw` panicked: a panic without a text"
    );
}

#[tokio::test]
async fn an_error_that_cannot_be_told_ends_the_run() {
    #[derive(Debug)]
    struct Unspeakable;

    impl std::fmt::Display for Unspeakable {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic_any("words fail me");
        }
    }

    impl std::error::Error for Unspeakable {}

    let pipeline = Pipeline::named("unspeakable");
    pipeline
        .source(FromIter::new(0..3))
        .consume("fail", |_numbers| async { Err::<(), _>(Unspeakable) });
    let RunError::Failed(failure) = run(pipeline).await.unwrap_err() else {
        unreachable!("a node failed")
    };
    assert_eq!(&*failure.first.node, "fail");
}

#[tokio::test]
async fn an_abort_stops_the_making_of_nodes() {
    let (made, making) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let pipeline = Pipeline::named("making");
    let mut outlet = pipeline.source(FromIter::new(0..3));
    let (open, wait) = gate();
    let mut first = Some(wait);
    for number in 0..10 {
        let (made, making, wait) = (Arc::clone(&made), Arc::clone(&making), first.take());
        outlet = outlet.node(&number.to_string(), move |numbers| {
            making.fetch_add(1, SeqCst);
            if let Some(wait) = wait {
                wait();
            }
            made.fetch_add(1, SeqCst);
            numbers
        });
    }
    outlet.ignore();
    let handle = pipeline.start().unwrap();
    while making.load(SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    handle.abort();
    drop(open);
    let report = handle.join().await.unwrap();
    assert_eq!(report.ending, Ending::Aborted);
    assert_eq!(made.load(SeqCst), 1);
}

#[tokio::test]
async fn a_node_stuck_while_it_is_dropped_is_named() {
    struct Stuck<F: FnOnce()>(Option<F>);

    impl<F: FnOnce()> Drop for Stuck<F> {
        fn drop(&mut self) {
            if let Some(wait) = self.0.take() {
                wait();
            }
        }
    }

    let (_open, wait) = gate();
    let stuck = Stuck(Some(wait));
    let pipeline = Pipeline::named("dropping");
    pipeline
        .source(FromIter::new(0_u64..))
        .consume("hold", |numbers| async move {
            let _held = (numbers, stuck);
            std::future::pending::<io::Result<()>>().await
        });
    let handle = pipeline.start().unwrap();
    while handle.snapshot().node("from-iter").emitted == 0 {
        tokio::task::yield_now().await;
    }
    handle.abort();
    let report = handle.join().await.unwrap();
    assert_eq!(report.left_behind[0].node.as_deref(), Some("hold"));
}

#[tokio::test]
async fn a_panic_while_an_aborted_node_is_dropped_is_told() {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            // Past the hook: its backtrace takes longer than an abort waits.
            resume_unwind(Box::new("not like this"));
        }
    }

    let pipeline = Pipeline::named("dropping");
    let bomb = Bomb;
    pipeline
        .source(FromIter::new(0_u64..))
        .consume("hold", |numbers| async move {
            let _held = (numbers, bomb);
            std::future::pending::<io::Result<()>>().await
        });
    let handle = pipeline.start().unwrap();
    while handle.snapshot().node("from-iter").emitted == 0 {
        tokio::task::yield_now().await;
    }
    handle.abort();
    let error = handle.join().await.unwrap_err().to_string();
    assert_eq!(error, "stage `hold`, node `hold` panicked: not like this");
}

#[tokio::test]
async fn any_text_names_a_pipeline() {
    let report = run(Pipeline::named("a\0b")
        .source(FromIter::new(0..3))
        .for_each("x", drop));
    assert_eq!(report.await.unwrap().node("x").received, 3);
}

#[tokio::test]
async fn a_run_begins_when_it_is_first_polled() {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let run = Pipeline::named("lazy")
        .source(FromIter::new(0..3))
        .for_each("count", move |_| {
            count.fetch_add(1, SeqCst);
        })
        .run_with(RunOptions::new());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(seen.load(SeqCst), 0);
    run.await.unwrap();
    assert_eq!(seen.load(SeqCst), 3);
}

#[tokio::test]
async fn a_node_may_make_local_tasks() {
    let pipeline = Pipeline::named("tasks")
        .source(FromIter::new(0..3))
        .node("task", |numbers| {
            drop(tokio::task::spawn_local(async {}));
            numbers
        })
        .for_each("x", drop);
    assert_eq!(run(pipeline).await.unwrap().node("x").received, 3);
}

/// Waits, when it is first told, for whoever reads the node's edge to see it
/// end, and keeps in mind whether that came.
#[derive(Debug)]
struct Reluctant {
    ended: std::sync::Mutex<mpsc::Receiver<()>>,
    early: Arc<OnceLock<bool>>,
}

impl std::fmt::Display for Reluctant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.early.get_or_init(|| {
            let ended = self.ended.lock().expect("nobody panics with it");
            ended.recv_timeout(Duration::from_millis(200)).is_ok()
        });
        f.write_str("not made")
    }
}

impl std::error::Error for Reluctant {}

#[tokio::test]
async fn a_node_that_cannot_be_made_ends_its_edge_after_the_run_knows() {
    for source in [true, false] {
        let (tell, ended) = mpsc::channel();
        let early = Arc::new(OnceLock::new());
        let error = Reluctant {
            ended: ended.into(),
            early: Arc::clone(&early),
        };
        let pipeline = Pipeline::named("unmade");
        let numbers = if source {
            pipeline
                .builder()
                .node_with("unmade", move |_| match Err(error) {
                    Ok(()) => Ok(flow(stream::empty::<i32>())),
                    Err::<(), Reluctant>(error) => Err(error.into()),
                })
        } else {
            let numbers = pipeline.source(FromIter::new(0..3));
            let (numbers, errors) =
                numbers.try_node_with("unmade", move |_, numbers| match Err(error) {
                    Ok(()) => Ok(numbers.map(Ok::<i32, io::Error>)),
                    Err::<(), Reluctant>(error) => Err(error.into()),
                });
            errors.ignore();
            numbers
        };
        numbers
            .node("pass", |numbers| numbers)
            .on(Placement::Own)
            .consume("end", move |numbers| async move {
                numbers.for_each(drop).await;
                tell.send(()).unwrap_or_default();
                Ok::<_, io::Error>(())
            });
        let error = run(pipeline).await.expect_err("a node cannot be made");

        assert!(error.to_string().contains("not made"), "{error}");
        assert_eq!(early.get(), Some(&false));
    }
}

#[tokio::test]
async fn a_failure_is_told_though_a_stop_comes_right_after_it() {
    let (stopped, wait) = gate();
    let (reached, at_gate) = mpsc::channel();
    let pipeline = Pipeline::named("late");
    let (numbers, errors) = pipeline.builder().try_node("read", move || {
        let mut wait = Some(wait);
        flow(stream::poll_fn(move |_| {
            if let Some(wait) = wait.take() {
                reached.send(()).unwrap_or_default();
                wait();
            }
            Poll::Ready(Some(Err::<u32, _>("unreadable")))
        }))
    });
    errors.ignore();
    let numbers = numbers.cost(Cost::Heavy).on_error(OnError::Stop);
    numbers.ignore();
    let started = pipeline.start().expect("the graph is whole");
    at_gate.recv().expect("the source is polled");
    started.stop();
    drop(stopped);
    let error = started.join().await.expect_err("the source fails");

    assert!(error.to_string().contains("unreadable"), "{error}");
}
