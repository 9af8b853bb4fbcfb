use std::time::Duration;

use tokio::time::timeout;

use super::threads::Threads;
use super::{Skipped, Subject, Trouble, rows};
use crate::inference::{Backend, InferError, Signature};
use crate::message::{TensorError, Tensors};

/// How a check ends early.
pub(super) enum Stop {
    Skipped(String),
    Failed(String),
}

pub(super) type Verdict = Result<(), Stop>;

/// What the checks have at hand: the subject, threads for its backends, and
/// patience.
pub(super) struct Rig<'a, S> {
    pub(super) subject: &'a S,
    pub(super) threads: Threads,
    pub(super) limit: Duration,
}

/// Fails the check unless it holds.
pub(super) fn ensure(holds: bool, reason: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { failed(reason()) }
}

pub(super) fn failed<T>(reason: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed(reason.into()))
}

/// Fails the check with what was wrong with something.
pub(super) fn because(what: &str, result: Result<(), String>) -> Verdict {
    result.map_err(|reason| Stop::Failed(format!("{what}: {reason}")))
}

impl From<Skipped> for Stop {
    fn from(skipped: Skipped) -> Self {
        Self::Skipped(skipped.reason)
    }
}

impl From<TensorError> for Stop {
    fn from(error: TensorError) -> Self {
        Self::Failed(format!("the subject's batches are ragged: {error}"))
    }
}

impl<'a, S: Subject> Rig<'a, S> {
    pub(super) fn new(subject: &'a S) -> Self {
        Self {
            subject,
            threads: Threads::default(),
            limit: subject.limit(),
        }
    }

    /// A backend that is started and warm.
    pub(super) async fn backend(&self) -> Result<S::Backend, Stop> {
        self.ready(self.subject.backend()).await
    }

    /// A backend that gets into trouble, started and warm, and the batch that
    /// does it.
    pub(super) async fn troubled(&self, trouble: Trouble) -> Result<(S::Backend, Tensors), Stop> {
        let troubled = self.subject.troubled(trouble)?;
        let backend = self.ready(troubled.backend).await?;
        let batch = match troubled.batch {
            Some(batch) => batch,
            None => self.batch(backend.signature(), 2, 7),
        };
        Ok((backend, batch))
    }

    async fn ready(&self, mut backend: S::Backend) -> Result<S::Backend, Stop> {
        self.start(&mut backend)?;
        let warm = self.within("the warm-up", backend.warm_up()).await?;
        match warm {
            Ok(()) => Ok(backend),
            Err(error) => failed(format!("it does not warm up: {error}")),
        }
    }

    pub(super) fn start(&self, backend: &mut impl Backend) -> Verdict {
        let started = backend.start(&self.threads.workers());
        started.map_err(|error| Stop::Failed(format!("it does not start: {error}")))
    }

    pub(super) fn batch(&self, signature: &Signature, rows: usize, seed: u64) -> Tensors {
        self.subject.batch(signature, rows, seed)
    }

    /// So many batches of 1 to 3 rows, each another one.
    pub(super) fn batches(&self, signature: &Signature, count: usize) -> Vec<Tensors> {
        let numbers = (0..count).zip(0_u64..);
        numbers
            .map(|(index, seed)| self.batch(signature, 1 + index % 3, seed))
            .collect()
    }

    /// Waits for something that has to come.
    pub(super) async fn within<T>(
        &self,
        what: &str,
        future: impl Future<Output = T>,
    ) -> Result<T, Stop> {
        let limit = self.limit;
        let late = |_| Stop::Failed(format!("{what} did not come within {limit:?}"));
        timeout(limit, future).await.map_err(late)
    }

    /// Waits for an answer, whatever it is.
    pub(super) async fn outcome(
        &self,
        call: impl Future<Output = Result<Tensors, InferError>>,
    ) -> Result<Result<Tensors, InferError>, Stop> {
        self.within("an answer", call).await
    }

    /// Waits for an answer that must not be an error.
    pub(super) async fn answer(
        &self,
        call: impl Future<Output = Result<Tensors, InferError>>,
    ) -> Result<Tensors, Stop> {
        let answer = self.outcome(call).await?;
        answer.map_err(|error| Stop::Failed(format!("a batch has no answer: {error}")))
    }

    /// Asks for an answer and holds it to the one that is right.
    pub(super) async fn ask(
        &self,
        backend: &impl Backend,
        batch: &Tensors,
        right: &Tensors,
    ) -> Verdict {
        let answer = self.answer(backend.infer(batch.clone())).await?;
        self.compare("a batch by itself", &answer, right)
    }

    /// The right answer to each batch: what the subject knows, or what another
    /// backend says that is asked nothing else meanwhile.
    pub(super) async fn right(&self, batches: &[Tensors]) -> Result<Vec<Tensors>, Stop> {
        let reference = self.backend().await?;
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            let known = self.subject.expected(batch);
            answers.push(match known {
                Some(answer) => answer,
                None => self.answer(reference.infer(batch.clone())).await?,
            });
        }
        self.within("the shutdown", reference.shutdown()).await?;
        Ok(answers)
    }

    pub(super) fn compare(&self, what: &str, found: &Tensors, right: &Tensors) -> Verdict {
        because(what, rows::compare(found, right, self.subject.tolerance()))
    }
}
