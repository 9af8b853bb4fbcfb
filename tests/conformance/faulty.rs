//! A backend with slots of its own, and one thing wrong with it.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use millpond::inference::conformance::{Clock, Skipped, Subject, Trouble, Troubled};
use millpond::inference::{Backend, InferError, Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;
use tokio::sync::{Semaphore, TryAcquireError};
use tokio::time::{Instant, sleep};

use super::engine;

/// What is wrong with a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    NamesTwoOutputsAlike,
    ChangesItsSignature,
    PanicsUnstarted,
    WaitsForEverUnstarted,
    AnswersOnlyWhenWarm,
    ChangesItsAnswersWhenWarm,
    NeverGetsWarm,
    ForgetsTheLastRow,
    ForgetsAnOutput,
    IsOffByOne,
    TakesWhatDoesNotFit,
    GivesAnotherErrorForAMisfit,
    RefusesNoRows,
    SpreadsNan,
    RefusesNan,
    CutsLargeBatches,
    TurnsRowsRound,
    GivesTheLatestAnswer,
    RefusesItsLastSlot,
    FailsWithoutRoom,
    NeverHasRoomAgain,
    LosesSlotsGivenUp,
    GivesUpTheNeighbours,
    BlocksTheWorker,
    IsNeverSlow,
    LosesSlowBatches,
    AnswersFailures,
    StaysFailed,
    LetsPanicsOut,
    DiesOfPanics,
    EndsTheCallsOfOthers,
    NeverShutsDown,
    LeavesCallsWithoutAnswer,
    FailsCallsAtItsEnd,
    LeavesAThread,
}

const SLOTS: usize = 3;

/// How long a call takes.
const CALL: Duration = Duration::from_millis(5);

/// How much longer a slow one.
const SLOW: Duration = Duration::from_millis(200);

pub(crate) struct Faulty {
    fault: Fault,
    trouble: Option<Trouble>,
    signature: Signature,
    started: bool,
    shared: Arc<Shared>,
}

struct Shared {
    fault: Fault,
    room: Semaphore,
    calls: AtomicUsize,
    warm: AtomicBool,
    broken: AtomicBool,
    closed: AtomicBool,
    given_up: AtomicUsize,
    latest: Mutex<Tensors>,
    /// Counts the starts of all backends of one subject.
    starts: Arc<AtomicUsize>,
}

/// One call, whose drop is seen.
struct Call {
    shared: Arc<Shared>,
    trouble: Option<Trouble>,
    given_up: usize,
    starts: usize,
    done: bool,
}

impl Drop for Call {
    fn drop(&mut self) {
        self.shared
            .given_up
            .fetch_add(usize::from(!self.done), SeqCst);
    }
}

impl Backend for Faulty {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::new(SLOTS).unwrap()
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        self.started = true;
        self.shared.starts.fetch_add(1, SeqCst);
        if self.fault == Fault::ChangesItsSignature {
            self.signature.outputs.swap(0, 1);
        }
        if self.fault == Fault::LeavesAThread {
            let (leaked, ended) = mpsc::channel::<()>();
            std::mem::forget(leaked);
            let body = move || assert!(ended.recv().is_err());
            workers.spawn("left".to_owned(), body).unwrap();
        }
        Ok(())
    }

    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<> {
        let shared = Arc::clone(&self.shared);
        async move {
            sleep(CALL).await;
            shared.warm.store(true, SeqCst);
            if shared.fault == Fault::NeverGetsWarm {
                std::future::pending::<()>().await;
            }
            Ok(())
        }
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        let fits = engine::signature().rows_of(&inputs).map(drop);
        let shared = Arc::clone(&self.shared);
        let number = shared.calls.fetch_add(1, SeqCst);
        if fits.is_ok() {
            *shared.latest.lock().unwrap() = inputs.clone();
        }
        let call = Call {
            trouble: self.trouble.filter(|_| number == 1),
            given_up: shared.given_up.load(SeqCst),
            starts: shared.starts.load(SeqCst),
            shared,
            done: false,
        };
        let started = self.started;
        async move {
            let mut call = call;
            let answer = if started {
                call.answer(inputs, fits).await
            } else {
                call.unstarted().await
            };
            call.done = true;
            answer
        }
    }

    async fn shutdown(self) {
        self.shared.closed.store(true, SeqCst);
        self.shared.room.close();
        if self.fault == Fault::NeverShutsDown {
            std::future::pending::<()>().await;
        }
    }
}

impl Call {
    async fn unstarted(&self) -> Result<Tensors, InferError> {
        match self.shared.fault {
            Fault::PanicsUnstarted => panic("no threads"),
            Fault::WaitsForEverUnstarted => std::future::pending().await,
            _ => Err(InferError::NotRunning),
        }
    }

    async fn answer(
        &self,
        inputs: Tensors,
        fits: Result<(), InferError>,
    ) -> Result<Tensors, InferError> {
        let (shared, fault) = (&*self.shared, self.shared.fault);
        match (fault, fits) {
            (Fault::TakesWhatDoesNotFit, Err(_)) => return Ok(inputs),
            (Fault::GivesAnotherErrorForAMisfit, Err(_)) => {
                return Err(InferError::terminal("bad shape"));
            }
            (_, fits) => fits?,
        }
        self.before(&inputs)?;
        let permit = match shared.room.try_acquire() {
            Ok(permit) => permit,
            Err(TryAcquireError::Closed) => return Err(InferError::NotRunning),
            Err(TryAcquireError::NoPermits) if fault == Fault::FailsWithoutRoom => {
                return Err(InferError::terminal("no room"));
            }
            Err(TryAcquireError::NoPermits) => {
                if fault == Fault::NeverHasRoomAgain {
                    shared.broken.store(true, SeqCst);
                }
                let waited = shared.room.acquire().await;
                waited.map_err(|_| InferError::NotRunning)?
            }
        };
        if fault == Fault::LosesSlotsGivenUp {
            permit.forget();
            self.compute().await?;
            shared.room.add_permits(1);
        } else {
            self.compute().await?;
        }
        Ok(spoilt(fault, shared, inputs))
    }

    /// What is refused before there is a slot.
    fn before(&self, inputs: &Tensors) -> Result<(), InferError> {
        let shared = &self.shared;
        let refused = match shared.fault {
            Fault::AnswersOnlyWhenWarm => !shared.warm.load(SeqCst),
            Fault::RefusesNoRows => inputs.rows() == Some(0),
            Fault::RefusesNan => {
                let x = inputs.get("x").unwrap().as_slice::<f32>().unwrap();
                x.iter().any(|x| x.is_nan())
            }
            Fault::StaysFailed | Fault::DiesOfPanics => shared.broken.load(SeqCst),
            _ => false,
        };
        if refused {
            return Err(InferError::retryable("not now"));
        }
        let overloaded = match shared.fault {
            Fault::RefusesItsLastSlot => shared.room.available_permits() == 1,
            Fault::NeverHasRoomAgain => shared.broken.load(SeqCst),
            _ => false,
        };
        if overloaded {
            return Err(InferError::Overloaded { retry_after: None });
        }
        Ok(())
    }

    /// Takes its time, and fails if it is to.
    async fn compute(&self) -> Result<(), InferError> {
        let (shared, fault) = (&*self.shared, self.shared.fault);
        match self.trouble {
            Some(Trouble::Failing) if fault == Fault::AnswersFailures => {}
            Some(Trouble::Failing) => {
                shared.broken.store(true, SeqCst);
                return Err(InferError::terminal("no"));
            }
            Some(Trouble::Panicking) => {
                shared.broken.store(true, SeqCst);
                if fault == Fault::LetsPanicsOut {
                    panic("a wild index");
                }
                let message = "a wild index".into();
                return Err(InferError::Panicked { message });
            }
            Some(Trouble::Slow) if fault == Fault::BlocksTheWorker => {
                let start = Instant::now();
                while start.elapsed() < SLOW {}
            }
            Some(Trouble::Slow) if fault == Fault::IsNeverSlow => {}
            Some(Trouble::Slow) if fault == Fault::LosesSlowBatches => std::future::pending().await,
            Some(Trouble::Slow) => sleep(SLOW).await,
            _ => {}
        }
        sleep(CALL).await;
        let lost = match fault {
            Fault::GivesUpTheNeighbours => shared.given_up.load(SeqCst) != self.given_up,
            Fault::EndsTheCallsOfOthers => shared.starts.load(SeqCst) != self.starts,
            Fault::FailsCallsAtItsEnd => shared.closed.load(SeqCst),
            _ => false,
        };
        if lost {
            return Err(InferError::retryable("lost"));
        }
        if fault == Fault::LeavesCallsWithoutAnswer && shared.closed.load(SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

/// Unwinds without the hook's noise.
fn panic(text: &'static str) -> ! {
    resume_unwind(Box::new(text))
}

/// The answer, as the fault makes it.
fn spoilt(fault: Fault, shared: &Shared, inputs: Tensors) -> Tensors {
    let inputs = match fault {
        Fault::GivesTheLatestAnswer => shared.latest.lock().unwrap().clone(),
        _ => inputs,
    };
    let mut answer = engine::answer(&inputs);
    let mut sums: Vec<f32> = answer.remove("sum").unwrap().into_vec().unwrap();
    let rows = sums.len();
    match fault {
        Fault::ForgetsTheLastRow => drop(sums.pop()),
        Fault::IsOffByOne if rows > 0 => sums[0] += 1.0,
        Fault::ChangesItsAnswersWhenWarm if shared.warm.load(SeqCst) => {
            for sum in &mut sums {
                *sum *= 1.5;
            }
        }
        Fault::SpreadsNan => {
            let all: f32 = sums.iter().sum();
            for sum in &mut sums {
                *sum += all * 0.0;
            }
        }
        Fault::CutsLargeBatches if rows > 32 => sums[32..].fill(0.0),
        Fault::TurnsRowsRound => sums.reverse(),
        _ => {}
    }
    if fault == Fault::ForgetsAnOutput {
        return answer;
    }
    answer.with("sum", Tensor::new([sums.len()], sums).unwrap())
}

/// Makes backends with one fault.
pub(crate) struct Faults {
    fault: Fault,
    starts: Arc<AtomicUsize>,
}

impl Faults {
    pub(crate) fn new(fault: Fault) -> Self {
        let starts = Arc::default();
        Self { fault, starts }
    }

    fn made(&self, trouble: Option<Trouble>) -> Faulty {
        let mut signature = engine::signature();
        if self.fault == Fault::NamesTwoOutputsAlike {
            signature.outputs.push(TensorSpec::of::<f32>("sum", []));
        }
        Faulty {
            fault: self.fault,
            trouble,
            signature,
            started: false,
            shared: Arc::new(Shared {
                fault: self.fault,
                room: Semaphore::new(SLOTS),
                calls: AtomicUsize::default(),
                warm: AtomicBool::default(),
                broken: AtomicBool::default(),
                closed: AtomicBool::default(),
                given_up: AtomicUsize::default(),
                latest: Mutex::default(),
                starts: Arc::clone(&self.starts),
            }),
        }
    }
}

impl Subject for Faults {
    type Backend = Faulty;

    fn backend(&self) -> Faulty {
        self.made(None)
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        Some(engine::answer(batch))
    }

    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Faulty>, Skipped> {
        Ok(Troubled::on_its_second_call(self.made(Some(trouble))))
    }

    fn clock(&self) -> Clock {
        match self.fault {
            Fault::BlocksTheWorker => Clock::Real,
            _ => Clock::Paused,
        }
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(1)
    }
}
