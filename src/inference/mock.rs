use std::collections::BTreeMap;
use std::fmt;
use std::future::pending;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Backend, InferError, Signature};
use crate::message::Tensors;
use crate::node::panic_text;

/// A backend that answers from a function, after a latency and with faults
/// that are written down beforehand.
///
/// For tests and examples: it needs no model, no thread and no machine time.
/// Latency is measured on tokio's clock, so under a paused one it is exact and
/// costs nothing.
///
/// # Examples
///
/// Batches form across messages, and two are answered at a time:
///
/// ```
/// use std::num::NonZeroUsize;
/// use std::time::Duration;
///
/// use futures::stream;
/// use millpond::inference::{Backend, Mock, Signature, TensorSpec};
/// use millpond::message::{Tensor, Tensors};
/// use millpond_operators::flow;
/// use tokio::time::Instant;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let signature = Signature {
///     inputs: vec![TensorSpec::of::<i32>("x", [])],
///     outputs: vec![TensorSpec::of::<i32>("square", [])],
/// };
/// let squares = Mock::new(signature, |inputs| {
///     let numbers = inputs.get("x").and_then(|x| x.as_slice::<i32>()).unwrap();
///     let squares: Vec<_> = numbers.iter().map(|x| x * x).collect();
///     Tensors::new().with("square", Tensor::new([squares.len()], squares).unwrap())
/// })
/// .latency(Duration::from_millis(2), Duration::from_millis(1))
/// .slots(NonZeroUsize::new(2).unwrap());
/// let log = squares.log();
///
/// let start = Instant::now();
/// let answers: Vec<_> = flow(stream::iter(0..6))
///     .map_batched(4, Duration::from_millis(5), 2, move |numbers: Vec<i32>| {
///         let x = Tensor::new([numbers.len()], numbers).unwrap();
///         let answer = squares.infer(Tensors::new().with("x", x));
///         async move {
///             let mut answer = answer.await.unwrap();
///             answer.remove("square").unwrap().into_vec::<i32>().unwrap()
///         }
///     })
///     .collect()
///     .await;
///
/// assert_eq!(answers, [0, 1, 4, 9, 16, 25]);
/// assert_eq!(log.batches(), [4, 2]);
/// assert_eq!(log.peak_in_flight(), 2);
/// assert_eq!(start.elapsed(), Duration::from_millis(6)); // 2 ms and 4 rows
/// # }
/// ```
pub struct Mock {
    signature: Signature,
    answer: Arc<Answer>,
    fixed: Duration,
    per_row: Duration,
    slots: NonZeroUsize,
    faults: BTreeMap<usize, Fault>,
    warm_up: Duration,
    shutdown: Duration,
    log: MockLog,
}

type Answer = dyn Fn(Tensors) -> Tensors + Send + Sync;

#[derive(Clone, Debug)]
enum Fault {
    Fail(InferError),
    Panic(&'static str),
    Delay(Duration),
    Hang,
}

/// What a [`Mock`] was asked, readable while it is in use elsewhere.
#[derive(Clone, Debug, Default)]
pub struct MockLog {
    calls: Arc<Mutex<Calls>>,
}

#[derive(Debug, Default)]
struct Calls {
    batches: Vec<usize>,
    in_flight: usize,
    peak_in_flight: usize,
    warm_ups: usize,
    shutdowns: usize,
}

impl Mock {
    /// Makes a backend with this signature that answers with `answer` at once.
    ///
    /// It holds one batch at a time unless [`slots`](Self::slots) says
    /// otherwise. If `answer` panics, the call fails with
    /// [`InferError::Panicked`], as it would in an engine.
    pub fn new(
        signature: Signature,
        answer: impl Fn(Tensors) -> Tensors + Send + Sync + 'static,
    ) -> Self {
        Self {
            signature,
            answer: Arc::new(answer),
            fixed: Duration::ZERO,
            per_row: Duration::ZERO,
            slots: NonZeroUsize::MIN,
            faults: BTreeMap::new(),
            warm_up: Duration::ZERO,
            shutdown: Duration::ZERO,
            log: MockLog::default(),
        }
    }

    /// Answers each call after `fixed`, and `per_row` more for each row.
    ///
    /// A call that fails does so after the same time.
    #[must_use]
    pub fn latency(mut self, fixed: Duration, per_row: Duration) -> Self {
        self.fixed = fixed;
        self.per_row = per_row;
        self
    }

    /// Sets how many batches it holds at once.
    #[must_use]
    pub fn slots(mut self, slots: NonZeroUsize) -> Self {
        self.slots = slots;
        self
    }

    /// Fails one call, counted from zero.
    #[must_use]
    pub fn fail(mut self, call: usize, error: InferError) -> Self {
        self.faults.insert(call, Fault::Fail(error));
        self
    }

    /// Panics inside one call, counted from zero.
    #[must_use]
    pub fn panic(mut self, call: usize, text: &'static str) -> Self {
        self.faults.insert(call, Fault::Panic(text));
        self
    }

    /// Takes so much longer for one call, counted from zero.
    #[must_use]
    pub fn delay(mut self, call: usize, by: Duration) -> Self {
        self.faults.insert(call, Fault::Delay(by));
        self
    }

    /// Never answers one call, counted from zero.
    #[must_use]
    pub fn hang(mut self, call: usize) -> Self {
        self.faults.insert(call, Fault::Hang);
        self
    }

    /// Takes so long to warm up, and so long to shut down.
    #[must_use]
    pub fn life(mut self, warm_up: Duration, shutdown: Duration) -> Self {
        self.warm_up = warm_up;
        self.shutdown = shutdown;
        self
    }

    /// Returns a handle that tells what was asked.
    pub fn log(&self) -> MockLog {
        self.log.clone()
    }
}

impl Backend for Mock {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn slots(&self) -> NonZeroUsize {
        self.slots
    }

    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<> {
        let (log, takes) = (self.log.clone(), self.warm_up);
        async move {
            pass(takes).await;
            log.lock().warm_ups += 1;
            Ok(())
        }
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        let fitting = self.signature.rows_of(&inputs);
        let rows = inputs.rows().unwrap_or(0);
        let (call, in_flight) = self.log.begin(rows);
        let fault = self.faults.get(&call).cloned();
        let many = u32::try_from(rows).unwrap_or(u32::MAX);
        let latency = self.fixed.saturating_add(self.per_row.saturating_mul(many));
        let answer = Arc::clone(&self.answer);
        async move {
            let _in_flight = in_flight;
            fitting?;
            pass(latency).await;
            match fault {
                Some(Fault::Fail(error)) => return Err(error),
                Some(Fault::Hang) => pending().await,
                Some(Fault::Delay(by)) => pass(by).await,
                Some(Fault::Panic(_)) | None => {}
            }
            let answered = catch_unwind(AssertUnwindSafe(|| match fault {
                // Unwinds as a panic does, without the hook's noise.
                Some(Fault::Panic(text)) => resume_unwind(Box::new(text)),
                _ => answer(inputs),
            }));
            answered.map_err(|payload| InferError::Panicked {
                message: panic_text(&*payload).into(),
            })
        }
    }

    async fn shutdown(self) {
        pass(self.shutdown).await;
        self.log.lock().shutdowns += 1;
    }
}

/// Waits on tokio's clock. No time needs no clock, and so no runtime.
async fn pass(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock")
            .field("signature", &self.signature)
            .field("slots", &self.slots)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

impl MockLog {
    /// Returns how many rows each call had, in the order of the calls.
    pub fn batches(&self) -> Vec<usize> {
        self.lock().batches.clone()
    }

    /// Returns how many calls have neither been answered nor given up.
    pub fn in_flight(&self) -> usize {
        self.lock().in_flight
    }

    /// Returns the most calls that were in flight at once.
    pub fn peak_in_flight(&self) -> usize {
        self.lock().peak_in_flight
    }

    /// Returns how often the backend has warmed up.
    pub fn warm_ups(&self) -> usize {
        self.lock().warm_ups
    }

    /// Returns how often the backend was shut down to the end.
    pub fn shutdowns(&self) -> usize {
        self.lock().shutdowns
    }

    fn begin(&self, rows: usize) -> (usize, InFlight) {
        let mut calls = self.lock();
        let call = calls.batches.len();
        calls.batches.push(rows);
        calls.in_flight += 1;
        calls.peak_in_flight = calls.peak_in_flight.max(calls.in_flight);
        (call, InFlight(self.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a call as in flight until it is dropped.
struct InFlight(MockLog);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().in_flight -= 1;
    }
}
