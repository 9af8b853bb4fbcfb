use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::InferError;
use crate::node::{Workers, panic_text};

/// Threads that run jobs, for a backend whose work would hold up a worker.
///
/// Each thread runs one job at a time, in the order in which their futures
/// were first polled. Beside the running jobs at most one per thread is
/// queued, so that a thread which ends a job finds the next at once; any
/// further job waits inside its future.
///
/// Dropping the pool drops the queued jobs. The running ones go on to their
/// end, then the threads exit; [`shutdown`](Self::shutdown) waits for them.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroUsize;
/// use std::thread;
///
/// use millpond::inference::Pool;
/// use millpond::node::Workers;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // A pipeline hands out a `Workers` that it watches over.
/// let workers = Workers::new(|name, body| {
///     thread::Builder::new().name(name).spawn(body).map(drop)
/// });
/// let pool = Pool::start(&workers, "sums", NonZeroUsize::MIN)?;
///
/// let sum = pool.run(|| (1..=1_000_u64).sum::<u64>()).await?;
/// let lost = pool.run(|| [1, 2][..1][1]).await.unwrap_err();
///
/// assert_eq!(sum, 500_500);
/// assert!(lost.to_string().contains("index out of bounds"));
/// # Ok(())
/// # }
/// ```
pub struct Pool {
    open: Open,
    threads: NonZeroUsize,
    /// Ends once each thread has dropped its sender.
    exited: mpsc::Receiver<Infallible>,
}

/// Lets jobs in until it is dropped.
struct Open(Arc<Shared>);

/// Why a job of a [`Pool`] has no result.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JobLost {
    /// The job panicked. Its thread lives on.
    #[error("the job panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
    /// The pool was dropped before the job began.
    #[error("the pool has stopped")]
    Stopped,
}

impl From<JobLost> for InferError {
    fn from(lost: JobLost) -> Self {
        match lost {
            JobLost::Panicked { message } => Self::Panicked {
                message: message.into(),
            },
            JobLost::Stopped => Self::NotRunning,
        }
    }
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    /// One permit for each job that runs or is queued.
    room: Arc<Semaphore>,
}

struct Queue {
    jobs: VecDeque<(Number, Job)>,
    next: Number,
    open: bool,
}

type Number = u64;

struct Job {
    run: Box<dyn FnOnce() + Send>,
    /// Held to the end of the job.
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    /// Starts `threads` threads, named `name` and a number.
    ///
    /// # Errors
    ///
    /// The first thread that could not be started; those before it exit.
    pub fn start(workers: &Workers, name: &str, threads: NonZeroUsize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue {
                jobs: VecDeque::new(),
                next: 0,
                open: true,
            }),
            changed: Condvar::new(),
            room: Arc::new(Semaphore::new(threads.get().saturating_mul(2))),
        });
        let open = Open(shared);
        let (running, exited) = mpsc::channel(1);
        for index in 0..threads.get() {
            let (shared, running) = (Arc::clone(&open.0), running.clone());
            workers.spawn(format!("{name}-{index}"), move || {
                shared.work();
                drop(running);
            })?;
        }
        Ok(Self {
            open,
            threads,
            exited,
        })
    }

    /// Returns how many threads there are.
    pub fn threads(&self) -> NonZeroUsize {
        self.threads
    }

    /// Runs `job` on one of the threads and resolves to what it returns.
    ///
    /// # Errors
    ///
    /// [`JobLost::Panicked`] if the job panics, [`JobLost::Stopped`] if the
    /// pool is dropped before the job begins.
    ///
    /// # Backpressure
    ///
    /// Until a thread has room, the job waits inside the future.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops a job that has not begun. One that runs goes
    /// on to its end and its result is dropped.
    pub fn run<T, F>(&self, job: F) -> impl Future<Output = Result<T, JobLost>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let shared = Arc::clone(&self.open.0);
        async move {
            let room = Arc::clone(&shared.room);
            let permit = room.acquire_owned().await.map_err(|_| JobLost::Stopped)?;
            let (sender, receiver) = oneshot::channel();
            let run = Box::new(move || {
                let result = catch_unwind(AssertUnwindSafe(job)).map_err(|payload| {
                    let message = panic_text(&*payload);
                    JobLost::Panicked { message }
                });
                // Nobody listens once the future is dropped.
                drop(sender.send(result));
            });
            let job = Job {
                run,
                _permit: permit,
            };
            let number = shared.enqueue(job).ok_or(JobLost::Stopped)?;
            let _ticket = Ticket { shared, number };
            receiver.await.unwrap_or(Err(JobLost::Stopped))
        }
    }

    /// Drops the queued jobs, and completes once the running ones have come to
    /// their end and the threads are done.
    ///
    /// The pool is closed before the future is first polled. Jobs that had not
    /// begun are lost as [`JobLost::Stopped`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future waits no longer; the pool stays closed.
    pub fn shutdown(self) -> impl Future<Output = ()> + Send + use<> {
        let Self {
            open, mut exited, ..
        } = self;
        drop(open);
        async move { while exited.recv().await.is_some() {} }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.room.close();
        let mut queue = self.0.lock();
        queue.open = false;
        let jobs = std::mem::take(&mut queue.jobs);
        drop(queue);
        self.0.changed.notify_all();
        drop(jobs);
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// Queues a job; `None`, and the job is dropped, once the pool is.
    fn enqueue(&self, job: Job) -> Option<Number> {
        let mut queue = self.lock();
        if !queue.open {
            return None;
        }
        let number = queue.next;
        queue.next += 1;
        queue.jobs.push_back((number, job));
        drop(queue);
        self.changed.notify_one();
        Some(number)
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            // The job catches its own panics; what is caught here comes from
            // dropping a result that nobody waits for.
            drop(catch_unwind(AssertUnwindSafe(job.run)));
        }
    }

    /// Waits for a job; `None` once the pool is dropped.
    fn next(&self) -> Option<Job> {
        let mut queue = self.lock();
        while queue.open && queue.jobs.is_empty() {
            queue = self
                .changed
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        queue.jobs.pop_front().map(|(_, job)| job)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the job out of the queue when its future is dropped.
struct Ticket {
    shared: Arc<Shared>,
    number: Number,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        let place = queue.jobs.iter().position(|(one, _)| *one == self.number);
        let job = place.and_then(|place| queue.jobs.remove(place));
        // What the job owns is the user's; it must not be dropped under the lock.
        drop(queue);
        drop(job);
    }
}
