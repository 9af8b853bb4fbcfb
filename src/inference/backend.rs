use std::future::ready;
use std::num::NonZeroUsize;

use super::{InferError, Signature};
use crate::message::Tensors;
use crate::node::Workers;

/// Runs a model: takes a batch of rows and gives a batch of as many rows.
///
/// A backend is made anywhere, moved to the worker of the node that uses it,
/// [started](Self::start) there once, [warmed up](Self::warm_up), asked for
/// [answers](Self::infer), and [shut down](Self::shutdown). Hence neither it
/// nor its futures need be `Sync` or `Send`. One that replaces another under
/// [`Reload`](super::Reload) is started and warmed up before it is moved.
///
/// `millpond::conformance!` holds a backend to all that is said here, with one
/// line in a test (feature `testing`).
///
/// # Backpressure
///
/// A caller keeps at most [`slots`](Self::slots) batches in flight; this is
/// where the limits of the model enter a pipeline. A backend that is given
/// more still answers each, in whatever order it likes.
///
/// # Examples
///
/// A backend in a few lines; one that computes for long would run on a
/// [`Pool`](super::Pool) instead.
///
/// ```
/// use std::future::ready;
///
/// use millpond::inference::{Backend, InferError, Signature, TensorSpec};
/// use millpond::message::{Tensor, Tensors};
///
/// struct Doubler(Signature);
///
/// impl Backend for Doubler {
///     fn signature(&self) -> &Signature {
///         &self.0
///     }
///
///     fn infer(
///         &self,
///         mut inputs: Tensors,
///     ) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
///         let doubled = self.0.rows_of(&inputs).and_then(|_| {
///             let mut numbers = inputs.remove("x").ok_or(InferError::NotRunning)?;
///             for number in numbers.as_mut_slice::<f32>().map_err(InferError::terminal)? {
///                 *number *= 2.0;
///             }
///             Ok(Tensors::new().with("y", numbers))
///         });
///         ready(doubled)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let doubler = Doubler(Signature {
///     inputs: vec![TensorSpec::of::<f32>("x", [2])],
///     outputs: vec![TensorSpec::of::<f32>("y", [2])],
/// });
/// let batch = Tensors::new().with("x", Tensor::new([2, 2], vec![1.0_f32, 2.0, 3.0, 4.0])?);
/// let answer = doubler.infer(batch).await?;
///
/// assert_eq!(doubler.slots().get(), 1);
/// assert_eq!(answer.get("y")?.row::<f32>(1)?, [6.0, 8.0]);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run a model",
    label = "not an inference backend",
    note = "use `Onnx`, `Mock`, or implement `millpond::inference::Backend`"
)]
pub trait Backend: Sized + 'static {
    /// Tells what the model takes and gives. It never changes.
    fn signature(&self) -> &Signature;

    /// Tells how many batches the backend can hold at once: one by default.
    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    /// Starts the threads that the backend needs.
    ///
    /// Called once, before the first batch. A backend never spawns a thread
    /// by itself, so that whoever runs the pipeline knows them all. The default
    /// starts none.
    ///
    /// # Errors
    ///
    /// What kept it from starting; the run then ends with this error.
    fn start(&mut self, _: &Workers) -> Result<(), InferError> {
        Ok(())
    }

    /// Gets the model to the speed that it keeps: makes plans, compiles
    /// kernels, runs a batch of zeros.
    ///
    /// The stage waits for it once, after [`start`](Self::start) and before it
    /// takes a message, so that the time counts for none. There may be nothing
    /// to do, which is the default, and a backend answers without it too.
    ///
    /// # Errors
    ///
    /// What makes the model unfit to run; the run then ends with this error.
    ///
    /// # Cancellation
    ///
    /// Dropping the future gives the rest up. It may be called again then.
    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<Self> + 'static {
        ready(Ok(()))
    }

    /// Runs one batch.
    ///
    /// Each output has as many rows as the inputs, in the same order; a batch
    /// without rows has an answer without rows.
    ///
    /// # Errors
    ///
    /// The future resolves to an error if the batch has no result, and others
    /// are not affected. Its [class](InferError::class) tells what helps: a
    /// backend that has no room says [`InferError::Overloaded`], and the stage
    /// asks again. A panic inside the model is an error too, and leaves the
    /// backend usable.
    ///
    /// # Cancellation
    ///
    /// Dropping the future gives the batch up. Work that has begun may go on
    /// to its end unseen.
    fn infer(
        &self,
        inputs: Tensors,
    ) -> impl Future<Output = Result<Tensors, InferError>> + use<Self> + 'static;

    /// Ends the backend, and completes once nothing works for it any more.
    ///
    /// Batches in flight are not left without an answer: one that is computed
    /// resolves to its result, one that waits may resolve to
    /// [`InferError::NotRunning`]. It does not take polls of their futures to
    /// complete this one. The stage waits for it when its node ends, within
    /// [a limit](super::Infer::shutdown_limit) and the stop deadline of the
    /// run; a node that fails or is aborted drops the backend instead.
    ///
    /// The default drops the backend, which is enough for one whose work is
    /// all done while its futures are polled.
    ///
    /// # Cancellation
    ///
    /// Dropping the future, as dropping the backend itself, waits for nothing:
    /// threads end what they are at unseen.
    fn shutdown(self) -> impl Future<Output = ()> + use<Self> + 'static {
        drop(self);
        ready(())
    }
}
