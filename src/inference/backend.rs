use std::num::NonZeroUsize;

use super::{InferError, Signature};
use crate::message::Tensors;
use crate::node::Workers;

/// Runs a model: takes a batch of rows and gives a batch of as many rows.
///
/// A backend is made anywhere, moved to the worker of the node that uses it,
/// [started](Self::start) there once, and stays there. Hence neither it nor
/// its futures need be `Sync` or `Send`.
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
/// use std::num::NonZeroUsize;
///
/// use millpond::inference::{Backend, InferError, Signature, TensorSpec};
/// use millpond::message::{Tensor, Tensors};
/// use millpond::node::Workers;
///
/// struct Doubler(Signature);
///
/// impl Backend for Doubler {
///     fn signature(&self) -> &Signature {
///         &self.0
///     }
///
///     fn slots(&self) -> NonZeroUsize {
///         NonZeroUsize::MIN
///     }
///
///     fn start(&mut self, _: &Workers) -> Result<(), InferError> {
///         Ok(())
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
/// assert_eq!(answer.get("y")?.row::<f32>(1)?, [6.0, 8.0]);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run a model",
    label = "not an inference backend",
    note = "use `Onnx`, `Mock`, or implement `millpond::inference::Backend`"
)]
pub trait Backend: 'static {
    /// Tells what the model takes and gives. It never changes.
    fn signature(&self) -> &Signature;

    /// Tells how many batches the backend can hold at once.
    fn slots(&self) -> NonZeroUsize;

    /// Starts the threads that the backend needs, on the worker that uses it.
    ///
    /// Called once, before the first batch. A backend never spawns a thread
    /// by itself, so that whoever runs the pipeline knows them all.
    ///
    /// # Errors
    ///
    /// What kept it from starting; the run then ends with this error.
    fn start(&mut self, workers: &Workers) -> Result<(), InferError>;

    /// Runs one batch.
    ///
    /// Each output has as many rows as the inputs, in the same order.
    ///
    /// # Errors
    ///
    /// The future resolves to an error if the batch has no result; a panic
    /// inside the model is such an error too, and leaves the backend usable.
    ///
    /// # Cancellation
    ///
    /// Dropping the future gives the batch up. Work that has begun may go on
    /// to its end unseen.
    fn infer(
        &self,
        inputs: Tensors,
    ) -> impl Future<Output = Result<Tensors, InferError>> + use<Self> + 'static;
}
