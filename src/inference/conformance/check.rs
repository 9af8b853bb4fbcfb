use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Builder;

use super::rig::{Rig, Stop, Verdict};
use super::{Clock, Subject, answers, flight, life, trouble};
use crate::node::panic_text;

/// One thing that the suite holds a backend to; see the table of the
/// [module](super).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// Every tensor has a name of its own and counts rows first, and the
    /// signature is the same for each backend, and once it runs.
    Signature,
    /// A call before the start is answered or an error; it neither panics nor
    /// waits for ever.
    Unstarted,
    /// Answers are the same before the warm-up, after it, and after one that
    /// was given up.
    WarmUp,
    /// Answers have every output, with its elements and shape, and as many
    /// rows as the batch.
    Shapes,
    /// Answers are those that the subject expects.
    Values,
    /// A batch with other elements, another shape, a tensor missing or rows of
    /// different counts is [`InferError::Batch`](crate::inference::InferError::Batch),
    /// and the next one is answered.
    Elements,
    /// A batch without rows has an answer without rows.
    ZeroRows,
    /// Rows beside those with not-a-number or infinity have the answers that
    /// they have without them, and the batch is answered.
    Nan,
    /// A batch of [`max_rows`](Subject::max_rows) rows is answered, with the
    /// rows that small batches have.
    MaximumBatch,
    /// Each row of a batch has the answer that it has alone.
    Rows,
    /// As many batches as there are slots, in flight at once, each get their
    /// own answer; none is refused for lack of room.
    Order,
    /// Of more batches than slots each is answered or refused as
    /// [`InferError::Overloaded`](crate::inference::InferError::Overloaded),
    /// and there is room again afterwards.
    Overload,
    /// Batches that are given up, before or after they began, change no other
    /// answer, and the slots are free afterwards.
    Cancellation,
    /// A slow batch has its answer, and so have those in other slots; the
    /// worker is free meanwhile. It fails too if no batch was slow.
    Slow,
    /// A batch that fails is an error, and those before and after are answered.
    Failure,
    /// So is a batch in which the engine panics.
    Panic,
    /// A model that is replaced under [`Reload`](crate::inference::Reload)
    /// answers what is in flight, and the next one what comes then.
    Reload,
    /// A shutdown completes with batches in flight that nobody polls, each of
    /// which then has its answer or is
    /// [`InferError::NotRunning`](crate::inference::InferError::NotRunning),
    /// and no thread is left.
    Shutdown,
}

/// How a check came out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a check that failed says so here"]
pub enum Outcome {
    /// The backend keeps to it.
    Passed,
    /// It was not made, for this reason.
    Skipped(String),
    /// The backend breaks it, in this way.
    Failed(String),
}

impl Check {
    /// Every check.
    pub const ALL: [Self; 18] = [
        Self::Signature,
        Self::Unstarted,
        Self::WarmUp,
        Self::Shapes,
        Self::Values,
        Self::Elements,
        Self::ZeroRows,
        Self::Nan,
        Self::MaximumBatch,
        Self::Rows,
        Self::Order,
        Self::Overload,
        Self::Cancellation,
        Self::Slow,
        Self::Failure,
        Self::Panic,
        Self::Reload,
        Self::Shutdown,
    ];

    /// Keeps the macro from leaving a check out.
    #[doc(hidden)]
    pub const fn assert_all(listed: &[Self]) {
        assert!(
            listed.len() == Self::ALL.len(),
            "a check is missing or twice"
        );
        let mut index = 0;
        while index < listed.len() {
            assert!(
                listed[index] as usize == Self::ALL[index] as usize,
                "a check is missing"
            );
            index += 1;
        }
    }

    /// Makes the check, on this thread and in a runtime of its own.
    ///
    /// A poll that does not come back keeps this from coming back too.
    ///
    /// # Panics
    ///
    /// Panics if it is called within a runtime.
    pub fn run<S: Subject>(self, subject: &S) -> Outcome {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(subject.clock() == Clock::Paused)
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => return Outcome::Failed(format!("there is no runtime: {error}")),
        };
        let rig = Rig::new(subject);
        let run = AssertUnwindSafe(|| runtime.block_on(self.check(&rig)));
        match catch_unwind(run) {
            Ok(Ok(())) => Outcome::Passed,
            Ok(Err(Stop::Skipped(reason))) => Outcome::Skipped(reason),
            Ok(Err(Stop::Failed(reason))) => Outcome::Failed(reason),
            Err(payload) => {
                let text = panic_text(&*payload);
                Outcome::Failed(format!("a panic left the backend: {text}"))
            }
        }
    }

    async fn check<S: Subject>(self, rig: &Rig<'_, S>) -> Verdict {
        match self {
            Self::Signature => life::signature(rig),
            Self::Unstarted => life::unstarted(rig).await,
            Self::WarmUp => life::warm_up(rig).await,
            Self::Shapes => answers::shapes(rig).await,
            Self::Values => answers::values(rig).await,
            Self::Elements => answers::elements(rig).await,
            Self::ZeroRows => answers::zero_rows(rig).await,
            Self::Nan => answers::nan(rig).await,
            Self::MaximumBatch => answers::maximum_batch(rig).await,
            Self::Rows => answers::rows(rig).await,
            Self::Order => flight::order(rig).await,
            Self::Overload => flight::overload(rig).await,
            Self::Cancellation => flight::cancellation(rig).await,
            Self::Slow => trouble::slow(rig).await,
            Self::Failure => trouble::failure(rig).await,
            Self::Panic => trouble::panic(rig).await,
            Self::Reload => life::reload(rig).await,
            Self::Shutdown => life::shutdown(rig).await,
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Signature => "signature",
            Self::Unstarted => "unstarted",
            Self::WarmUp => "warm-up",
            Self::Shapes => "shapes",
            Self::Values => "values",
            Self::Elements => "elements",
            Self::ZeroRows => "zero rows",
            Self::Nan => "not a number",
            Self::MaximumBatch => "maximum batch",
            Self::Rows => "rows",
            Self::Order => "order",
            Self::Overload => "overload",
            Self::Cancellation => "cancellation",
            Self::Slow => "slow batch",
            Self::Failure => "failure",
            Self::Panic => "panic",
            Self::Reload => "reload",
            Self::Shutdown => "shutdown",
        })
    }
}
