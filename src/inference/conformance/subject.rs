use std::time::Duration;

use super::rows;
use crate::inference::{Backend, Signature};
use crate::message::Tensors;

/// What the suite has to know of a backend.
///
/// A function that makes a backend is a subject with all the defaults.
pub trait Subject {
    /// The backend.
    type Backend: Backend + Send;

    /// Makes a backend that was not started. All of them are alike.
    fn backend(&self) -> Self::Backend;

    /// Makes a batch of so many rows; another one for each `seed`.
    ///
    /// The default fills the inputs of the signature with numbers from -1 to 1,
    /// integers from 0 to 7. Each row must be one that the model answers.
    fn batch(&self, signature: &Signature, rows: usize, seed: u64) -> Tensors {
        rows::made(signature, rows, seed)
    }

    /// Gives the right answer to a batch, if it is known.
    fn expected(&self, _batch: &Tensors) -> Option<Tensors> {
        None
    }

    /// Tells how far a float may be off, in parts of the larger of 1 and the
    /// number itself; not at all by default.
    ///
    /// An engine that adds in another order for another batch is a little off.
    fn tolerance(&self) -> f64 {
        0.0
    }

    /// Tells how many rows the largest batch has; 64 by default.
    fn max_rows(&self) -> usize {
        64
    }

    /// Makes a backend that gets into trouble.
    ///
    /// # Errors
    ///
    /// Why there is no such backend, which is the default.
    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Self::Backend>, Skipped> {
        let how = match trouble {
            Trouble::Slow => "slow",
            Trouble::Failing => "failing",
            Trouble::Panicking => "panicking",
        };
        Err(Skipped::because(format!(
            "the subject makes no {how} backend, see `Subject::troubled`"
        )))
    }

    /// Tells which clock the backend lives by.
    fn clock(&self) -> Clock {
        Clock::Real
    }

    /// Tells after which time the suite takes an answer for missing; 10 s by
    /// default.
    fn limit(&self) -> Duration {
        Duration::from_secs(10)
    }
}

impl<B: Backend + Send, F: Fn() -> B> Subject for F {
    type Backend = B;

    fn backend(&self) -> B {
        self()
    }
}

/// What becomes of the second call of a [`Troubled`] backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// It takes noticeably longer than the others, a fifth of a second or so
    /// and not less than half of that.
    Slow,
    /// It fails.
    Failing,
    /// The engine panics in it.
    Panicking,
}

/// A backend whose second call gets into trouble.
#[derive(Debug)]
pub struct Troubled<B> {
    pub(super) backend: B,
    pub(super) batch: Option<Tensors>,
}

impl<B> Troubled<B> {
    /// A backend whose second call is in trouble, whatever the batch.
    pub fn on_its_second_call(backend: B) -> Self {
        Self {
            backend,
            batch: None,
        }
    }

    /// A backend that this batch gets into trouble; it makes the second call.
    pub fn on_the_batch(backend: B, batch: Tensors) -> Self {
        Self {
            backend,
            batch: Some(batch),
        }
    }

    /// Puts another backend around it.
    pub fn map<C>(self, wrap: impl FnOnce(B) -> C) -> Troubled<C> {
        Troubled {
            backend: wrap(self.backend),
            batch: self.batch,
        }
    }
}

/// Why a check is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub(super) reason: String,
}

impl Skipped {
    /// Gives the reason, which is shown.
    pub fn because(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// Which clock a backend lives by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clock {
    /// Threads, devices or servers work for it: time passes.
    Real,
    /// It waits on tokio's clock only, which is paused: waits take no time, and
    /// what is computed takes none either, so that [`Check::Slow`](super::Check::Slow)
    /// does not see a worker that is held up.
    Paused,
}
