use std::error::Error;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use super::caller::{Caller, Limits};
use super::columns::{Input, Lent, Output, OutputColumns, Read, Written};
use super::error::with_causes;
use super::{Backend, InferFailure, RetryBudget, output};
use crate::graph::{DeadLetter, Outlet};
use crate::message::{Element, Message};
use crate::node::{Around, StageError};
use crate::stage::{Identified, Stage};

/// Runs a model on batches that form across messages; one result per message,
/// in order.
///
/// A stage is written in three steps: the backend, how a message becomes the
/// rows of the model's inputs, and how a message and its row of the outputs
/// become the result. The element types come from the closures. All of it is
/// checked against the model's [`Signature`](super::Signature) while the
/// pipeline is built, and every mismatch is reported before anything runs.
///
/// The stage is one node, called `infer`, which copies rows to and fro. The
/// model computes on the backend's own threads, so that the node may share a
/// worker with others.
///
/// # Backpressure
///
/// A batch is sent off once it holds [`batch`](Self::batch)'s count, or once
/// the wait has passed since its first message was taken. At most as many
/// batches as the backend has slots are in flight, or fewer if
/// [`in_flight`](Self::in_flight) says so; while they are, one more fills.
/// Results that the output has no room for count as in flight.
///
/// No message is taken before the backend has [warmed up](Backend::warm_up).
///
/// # Completion
///
/// The outlets end with the last result. Then the backend is
/// [shut down](Backend::shutdown), which the node waits for.
///
/// # Cancellation
///
/// When the run is aborted, the messages inside are dropped with their node;
/// what runs on the backend's threads goes on to its end unseen.
///
/// # Errors
///
/// A message without a result becomes a dead letter that holds it, see
/// [`InferFailure`]: alone if its row has the wrong length, with its whole
/// batch if the model failed, panicked, broke its signature or took too long.
/// A batch that the backend has no room for is sent again first, see
/// [`retry`](Self::retry).
/// Built with [`Outlet::stage`], the stage leaves its dead letters to be
/// counted and logged; [`split`](Self::split) hands them out.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use millpond::inference::{Infer, InferFailure, Mock, Signature, TensorSpec};
/// use millpond::graph::{DeadLetter, Outlet};
/// use millpond::message::{Tensor, Tensors};
///
/// struct Sample {
///     bytes: Vec<i32>,
/// }
///
/// /// Follows an outlet of samples with the sums of their bytes.
/// fn sums(samples: Outlet<Sample>) -> (Outlet<i32>, Outlet<DeadLetter<InferFailure<Sample>>>) {
///     let signature = Signature {
///         inputs: vec![TensorSpec::of::<i32>("bytes", [4])],
///         outputs: vec![TensorSpec::of::<i32>("sum", [])],
///     };
///     // Stands for a model; `Infer::onnx(path)` loads a real one.
///     let model = Mock::new(signature, |inputs: Tensors| {
///         let bytes = inputs.get("bytes").and_then(|bytes| bytes.as_slice::<i32>()).unwrap();
///         let sums: Vec<i32> = bytes.chunks(4).map(|row| row.iter().sum()).collect();
///         Tensors::new().with("sum", Tensor::new([sums.len()], sums).unwrap())
///     });
///     Infer::with(model)
///         .input("bytes", [4], |sample: &Sample| &sample.bytes)
///         .output("sum", |_: Sample, sum: &[i32]| sum[0])
///         .batch(8, Duration::from_millis(5))
///         .split(samples)
/// }
/// ```
#[must_use = "a stage does nothing until an outlet continues with it"]
pub struct Infer<B, In, Out> {
    backend: Result<B, String>,
    inputs: Vec<Box<dyn Input<In>>>,
    output: Box<dyn Output<In, Out>>,
    max_items: usize,
    max_wait: Duration,
    max_in_flight: usize,
    limits: Limits,
    shutdown_limit: Duration,
}

/// An [`Infer`] stage in the making: it has a backend, and perhaps inputs.
#[must_use = "a stage is complete once its `output` is given"]
pub struct InferInputs<B, In> {
    backend: Result<B, String>,
    inputs: Vec<Box<dyn Input<In>>>,
}

impl<B: Backend, In: Message> Infer<B, In, ()> {
    /// Begins a stage that runs the model of `backend`.
    pub fn with(backend: B) -> InferInputs<B, In> {
        InferInputs {
            backend: Ok(backend),
            inputs: Vec::new(),
        }
    }

    /// Begins a stage whose backend may have failed to load.
    ///
    /// The failure is kept, and refuses the stage when it is built, so that it
    /// shows together with whatever else is wrong with the pipeline.
    pub fn loaded<E: Error>(backend: Result<B, E>) -> InferInputs<B, In> {
        InferInputs {
            backend: backend.map_err(|error| with_causes(&error)),
            inputs: Vec::new(),
        }
    }
}

impl<B: Backend, In: Message> InferInputs<B, In> {
    /// Fills an input of the model with a row that each message holds already.
    ///
    /// `row_shape` is the shape of one row, without the dimension that counts
    /// rows: `[2048]` for an input of `[rows, 2048]`, `[]` for one of `[rows]`.
    ///
    /// # Errors
    ///
    /// A message whose row does not hold as many elements as `row_shape` says
    /// becomes a dead letter with [`InferError::Row`](super::InferError::Row); the others go on.
    pub fn input<E, F>(mut self, name: &str, row_shape: impl Into<Vec<usize>>, row: F) -> Self
    where
        E: Element,
        F: FnMut(&In) -> &[E] + Send + 'static,
    {
        let input = Lent::new(name, row_shape.into(), row);
        self.inputs.push(Box::new(input));
        self
    }

    /// Fills an input of the model by writing each message's row in place.
    ///
    /// For messages that hold something else than the row. `write` is given a
    /// row of zeros.
    pub fn input_with<E, F>(
        mut self,
        name: &str,
        row_shape: impl Into<Vec<usize>>,
        write: F,
    ) -> Self
    where
        E: Element,
        F: FnMut(&In, &mut [E]) + Send + 'static,
    {
        let input = Written::new(name, row_shape.into(), write);
        self.inputs.push(Box::new(input));
        self
    }

    /// Makes the result of each message from its row of one output.
    ///
    /// The row is flat, whatever its shape. `read` is called once per message,
    /// in order.
    pub fn output<E, Out, F>(self, name: &str, read: F) -> Infer<B, In, Out>
    where
        E: Element,
        Out: Message,
        F: FnMut(In, &[E]) -> Out + Send + 'static,
    {
        self.outputs(output::<E>(name), read)
    }

    /// Makes the result of each message from its rows of several outputs.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond::inference::{Infer, InferInputs, Mock, output};
    ///
    /// struct Frame {
    ///     pixels: Vec<u8>,
    /// }
    ///
    /// fn detector(model: Mock) -> Infer<Mock, Frame, (i64, f32)> {
    ///     Infer::with(model)
    ///         .input("pixels", [64, 64], |frame: &Frame| &frame.pixels)
    ///         .outputs(
    ///             (output::<i64>("class"), output::<f32>("score")),
    ///             |_, (class, score)| (class[0], score[0]),
    ///         )
    /// }
    /// ```
    pub fn outputs<C, Out, F>(self, columns: C, read: F) -> Infer<B, In, Out>
    where
        C: OutputColumns,
        Out: Message,
        F: FnMut(In, C::Row<'_>) -> Out + Send + 'static,
    {
        Infer {
            backend: self.backend,
            inputs: self.inputs,
            output: Box::new(Read { columns, read }),
            max_items: 8,
            max_wait: Duration::from_millis(5),
            max_in_flight: usize::MAX,
            limits: Limits {
                time: None,
                retries: RetryBudget::default(),
            },
            shutdown_limit: Duration::from_secs(5),
        }
    }

    /// Changes the backend, unless it has failed to load.
    pub fn backend(mut self, change: impl FnOnce(B) -> B) -> Self {
        self.backend = self.backend.map(change);
        self
    }
}

impl<B: Backend, In: Message, Out: Message> Infer<B, In, Out> {
    /// Sets how many messages make a batch, and how long the first of them
    /// waits for the others; 8 and 5 ms if it is not called.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` is zero.
    ///
    /// # Units
    ///
    /// `max_items` counts messages, each one row. `max_wait` is measured on
    /// tokio's clock; [`Duration::ZERO`] sends off whatever is ready.
    #[track_caller]
    pub fn batch(mut self, max_items: usize, max_wait: Duration) -> Self {
        assert!(max_items > 0, "a batch holds at least 1 message");
        self.max_items = max_items;
        self.max_wait = max_wait;
        self
    }

    /// Sets how many batches may be in flight, at most as many as the backend
    /// has slots; just as many if it is not called.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_batches` is zero.
    #[track_caller]
    pub fn in_flight(mut self, max_batches: usize) -> Self {
        assert!(max_batches > 0, "at least 1 batch is in flight");
        self.max_in_flight = max_batches;
        self
    }

    /// Gives a batch up that has no answer after `limit`; without this, it is
    /// waited for.
    ///
    /// Its messages become dead letters with
    /// [`InferError::TimedOut`](super::InferError::TimedOut), which is retryable. The time in the backend's own queue counts.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limits.time = Some(limit);
        self
    }

    /// Sets how often a batch is tried again that the backend has no room for,
    /// and whether others are; see [`RetryBudget`] for what holds if it is not
    /// called.
    ///
    /// A batch that waits to be tried again keeps its place: it counts as in
    /// flight, and the results behind it wait for it. Once its budget is used
    /// up, its messages become dead letters with the last error. The closures
    /// that fill the inputs are called again for each try.
    pub fn retry(mut self, budget: RetryBudget) -> Self {
        self.limits.retries = budget;
        self
    }

    /// Sets how long the node waits at its end for the backend to shut down;
    /// 5 s if it is not called. After that the backend is dropped, which is
    /// logged.
    pub fn shutdown_limit(mut self, limit: Duration) -> Self {
        self.shutdown_limit = limit;
        self
    }

    /// Adds the stage after `input` and hands out its dead letters too.
    pub fn split(self, input: Outlet<In>) -> (Outlet<Out>, Outlet<DeadLetter<InferFailure<In>>>)
    where
        B: Send,
    {
        let graph = input.graph().clone();
        graph.in_stage(Self::ID, Self::COST, || self.nodes(input))
    }

    pub(super) fn nodes(
        self,
        input: Outlet<In>,
    ) -> (Outlet<Out>, Outlet<DeadLetter<InferFailure<In>>>)
    where
        B: Send,
    {
        match &self.backend {
            Err(reason) => input.refuse(reason),
            Ok(backend) => {
                let inputs: Vec<_> = self.inputs.iter().map(|input| input.column()).collect();
                let outputs = self.output.columns();
                for mismatch in backend.signature().check(&inputs, &outputs) {
                    input.refuse(mismatch.to_string());
                }
            }
        }
        input.try_node_around(Self::ID, move |context, flow| {
            let mut backend = self.backend?;
            backend.start(context.workers())?;
            let backend = Rc::new(backend);
            let in_flight = self.max_in_flight.min(backend.slots().get());
            let mut output = self.output;
            let columns = output.columns();
            let caller = Caller::new(Rc::clone(&backend), self.inputs, &columns, self.limits);
            let warm_up = backend.warm_up();
            Ok(Around {
                flow: flow
                    .map_batched(self.max_items, self.max_wait, in_flight, move |messages| {
                        caller.call(messages)
                    })
                    .map(move |answered| answered.read(&mut *output)),
                open: Box::pin(async { warm_up.await.map_err(StageError::from) }),
                close: Box::pin(shut_down(backend, self.shutdown_limit)),
            })
        })
    }
}

/// Waits for the backend to shut down, once all its calls are over.
async fn shut_down<B: Backend>(backend: Rc<B>, limit: Duration) {
    let Some(backend) = Rc::into_inner(backend) else {
        return;
    };
    let shutdown = tokio::time::timeout(limit, backend.shutdown());
    if shutdown.await.is_err() {
        tracing::warn!(
            ?limit,
            "the backend did not shut down in time and was dropped"
        );
    }
}

impl<B, In, Out> Identified for Infer<B, In, Out> {
    const ID: &'static str = "infer";
}

impl<B, In, Out> Stage<In> for Infer<B, In, Out>
where
    B: Backend + Send,
    In: Message,
    Out: Message,
{
    type Out = Out;

    fn build(self, input: Outlet<In>) -> Outlet<Out> {
        let (results, _counted_and_logged) = self.nodes(input);
        results
    }
}

impl<B: fmt::Debug, In, Out> fmt::Debug for Infer<B, In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Infer")
            .field("backend", &self.backend)
            .field("max_items", &self.max_items)
            .field("max_wait", &self.max_wait)
            .finish_non_exhaustive()
    }
}

impl<B: fmt::Debug, In> fmt::Debug for InferInputs<B, In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InferInputs")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}
