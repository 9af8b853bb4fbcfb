use std::future::poll_fn;
use std::io;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::thread::{self, JoinHandle};

use futures::future::join_all;
use millpond::inference::{JobLost, Pool};
use millpond::node::Workers;

const ONE: NonZeroUsize = NonZeroUsize::MIN;
const TWO: NonZeroUsize = ONE.saturating_add(1);

/// Threads that the test can wait for.
#[derive(Clone, Default)]
struct Threads(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Threads {
    fn workers(&self) -> Workers {
        let threads = Arc::clone(&self.0);
        Workers::new(move |name, body| {
            let thread = thread::Builder::new().name(name).spawn(body)?;
            threads.lock().unwrap().push(thread);
            Ok(())
        })
    }

    fn join(&self) -> usize {
        let threads = std::mem::take(&mut *self.0.lock().unwrap());
        let count = threads.len();
        for thread in threads {
            thread.join().unwrap();
        }
        count
    }
}

/// A job that ends when told, and whether it was dropped.
fn gate() -> (mpsc::Sender<()>, mpsc::Receiver<()>, impl FnOnce() + Send) {
    let (open, opened) = mpsc::channel();
    let (entered, begun) = mpsc::channel();
    let job = move || {
        entered.send(()).unwrap();
        opened.recv().unwrap();
    };
    (open, begun, job)
}

async fn poll_once<F: Future + Unpin>(mut future: F) -> bool {
    poll_fn(|cx| Poll::Ready(pin!(&mut future).poll(cx).is_ready())).await
}

#[tokio::test]
async fn jobs_run_on_named_threads_one_on_each() {
    let threads = Threads::default();
    let pool = Pool::start(&threads.workers(), "model", TWO).unwrap();
    let (running, peak) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let counts = Arc::new((running, peak));

    let names = join_all((0..32).map(|_| {
        let counts = Arc::clone(&counts);
        pool.run(move || {
            let (running, peak) = &*counts;
            peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            thread::current().name().map(str::to_owned)
        })
    }))
    .await;

    assert!(counts.1.load(Ordering::SeqCst) <= 2);
    for name in names {
        let name = name.unwrap().unwrap();
        assert!(["model-0", "model-1"].contains(&&*name), "{name}");
    }
}

#[tokio::test]
async fn a_panic_is_an_error_and_the_thread_lives_on() {
    let threads = Threads::default();
    let pool = Pool::start(&threads.workers(), "model", ONE).unwrap();
    let panicking = |payload: Box<dyn std::any::Any + Send>| {
        pool.run(move || std::panic::resume_unwind(payload))
    };

    for (payload, message) in [
        (
            Box::new("a text") as Box<dyn std::any::Any + Send>,
            "a text",
        ),
        (Box::new("a string".to_owned()), "a string"),
        (Box::new(7), "a panic without a text"),
    ] {
        let lost: Result<(), _> = panicking(payload).await;
        assert_eq!(
            lost,
            Err(JobLost::Panicked {
                message: message.to_owned()
            }),
        );
    }
    assert_eq!(pool.run(|| 1).await, Ok(1));
    drop(pool);
    assert_eq!(threads.join(), 1);
}

#[tokio::test]
async fn beyond_one_queued_job_per_thread_jobs_wait_in_their_futures() {
    let threads = Threads::default();
    let pool = Pool::start(&threads.workers(), "model", ONE).unwrap();
    let (open, begun, job) = gate();
    let running = pool.run(job);
    let mut running = pin!(running);
    assert!(!poll_once(running.as_mut()).await);
    begun.recv().unwrap();

    let held = Arc::new(());
    let job = || {
        let held = Arc::clone(&held);
        move || drop(held)
    };
    let mut queued = Box::pin(pool.run(job()));
    let mut waiting = Box::pin(pool.run(job()));
    assert!(!poll_once(&mut queued).await);
    assert!(!poll_once(&mut waiting).await);
    assert_eq!(Arc::strong_count(&held), 3);

    drop(waiting);
    assert_eq!(
        Arc::strong_count(&held),
        2,
        "a job in its future is dropped with it"
    );
    let mut next = Box::pin(pool.run(job()));
    assert!(!poll_once(&mut next).await);
    drop(queued);
    assert_eq!(
        Arc::strong_count(&held),
        2,
        "a queued job is dropped with its future"
    );

    open.send(()).unwrap();
    assert_eq!(running.await, Ok(()));
    assert_eq!(next.await, Ok(()));
    assert_eq!(Arc::strong_count(&held), 1);
}

#[tokio::test]
async fn a_dropped_pool_lets_running_jobs_end_and_its_threads_exit() {
    let threads = Threads::default();
    let pool = Pool::start(&threads.workers(), "model", ONE).unwrap();
    let (open, begun, job) = gate();
    let mut running = Box::pin(pool.run(job));
    let mut queued = Box::pin(pool.run(|| ()));
    let mut waiting = Box::pin(pool.run(|| ()));
    let unpolled = pool.run(|| ());
    assert!(!poll_once(&mut running).await);
    begun.recv().unwrap();
    assert!(!poll_once(&mut queued).await);
    assert!(!poll_once(&mut waiting).await);

    drop(pool);

    assert_eq!(queued.await, Err(JobLost::Stopped));
    assert_eq!(waiting.await, Err(JobLost::Stopped));
    assert_eq!(unpolled.await, Err(JobLost::Stopped));
    open.send(()).unwrap();
    assert_eq!(running.await, Ok(()));
    assert_eq!(threads.join(), 1);
}

#[tokio::test]
async fn a_shutdown_waits_for_the_running_job_and_drops_the_others() {
    let threads = Threads::default();
    let pool = Pool::start(&threads.workers(), "model", ONE).unwrap();
    let (open, begun, job) = gate();
    let mut running = Box::pin(pool.run(job));
    let mut queued = Box::pin(pool.run(|| ()));
    let unpolled = pool.run(|| ());
    assert!(!poll_once(&mut running).await);
    begun.recv().unwrap();
    assert!(!poll_once(&mut queued).await);

    let mut shutdown = Box::pin(pool.shutdown());
    assert_eq!(queued.await, Err(JobLost::Stopped));
    assert_eq!(unpolled.await, Err(JobLost::Stopped));
    assert!(!poll_once(&mut shutdown).await, "a job runs");
    open.send(()).unwrap();
    shutdown.await;

    assert!(poll_once(&mut running).await, "its result is there");
    assert_eq!(threads.join(), 1);
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_polls_of_the_running_job() {
    let threads = Threads::default();
    let pool = Pool::start(&threads.workers(), "model", TWO).unwrap();
    let (open, begun, job) = gate();
    let mut running = Box::pin(pool.run(job));
    assert!(!poll_once(&mut running).await);
    begun.recv().unwrap();
    open.send(()).unwrap();

    pool.shutdown().await;

    assert_eq!(running.await, Ok(()));
    assert_eq!(threads.join(), 2);
}

#[tokio::test]
async fn a_running_job_whose_future_is_dropped_frees_its_thread_at_its_end() {
    let threads = Threads::default();
    let pool = Pool::start(&threads.workers(), "model", ONE).unwrap();
    let (open, begun, job) = gate();
    let mut running = Box::pin(pool.run(job));
    assert!(!poll_once(&mut running).await);
    begun.recv().unwrap();

    drop(running);
    open.send(()).unwrap();

    assert_eq!(pool.run(|| 2).await, Ok(2));
}

#[test]
fn a_thread_that_does_not_start_is_an_error_and_the_others_exit() {
    let threads = Threads::default();
    let workers = threads.workers();
    let starved = Workers::new(move |name, body| match &*name {
        "model-1" => Err(io::Error::other("no thread left")),
        _ => workers.spawn(name, body),
    });

    let error = Pool::start(&starved, "model", TWO).unwrap_err();

    assert_eq!(error.to_string(), "no thread left");
    assert_eq!(threads.join(), 1);
}
