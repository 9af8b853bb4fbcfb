use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::columns::{Input, Output};
use super::{Backend, Column, InferError, InferFailure, RetryBudget, TensorSpec};
use crate::message::Tensors;

/// Turns batches of messages into calls of the backend.
pub(super) struct Caller<B, In> {
    backend: Rc<B>,
    inputs: Rc<RefCell<Inputs<In>>>,
    /// Those that are read, as the model declares them.
    outputs: Rc<[TensorSpec]>,
    limits: Limits,
}

/// What one batch is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) time: Option<Duration>,
    pub(super) retries: RetryBudget,
}

/// Writes the inputs of the model.
struct Inputs<In> {
    inputs: Vec<Box<dyn Input<In>>>,
}

/// A message's number among the rows of its batch, if it has one.
type Row = Result<usize, InferError>;

/// A message after its batch was answered, with the row that is its own.
pub(super) struct Answered<In> {
    message: In,
    row: Result<(Rc<Tensors>, usize), InferError>,
}

impl<B: Backend, In> Caller<B, In> {
    pub(super) fn new(
        backend: Rc<B>,
        inputs: Vec<Box<dyn Input<In>>>,
        columns: &[Column],
        limits: Limits,
    ) -> Self {
        let declared = backend.signature().outputs.iter();
        let is_read = |spec: &&TensorSpec| columns.iter().any(|column| column.name == spec.name);
        Self {
            outputs: declared.filter(is_read).cloned().collect(),
            backend,
            inputs: Rc::new(RefCell::new(Inputs { inputs })),
            limits,
        }
    }

    /// Runs one batch; resolves to one answer per message, in order.
    pub(super) fn call(
        &self,
        messages: Vec<In>,
    ) -> impl Future<Output = Vec<Answered<In>>> + use<B, In> {
        let (rows, batch) = self.inputs.borrow_mut().gather(&messages);
        let count = rows.iter().flatten().count();
        // A batch may be left without a row, and then the model is not asked.
        let call = (count > 0).then(|| batch.map(|batch| self.backend.infer(batch)));
        let (backend, inputs) = (Rc::clone(&self.backend), Rc::clone(&self.inputs));
        let (outputs, limits) = (Rc::clone(&self.outputs), self.limits);
        async move {
            // The messages are here to the end, so a batch that is sent again
            // is written again: the tensors of every batch would otherwise be
            // copied for the few that are.
            let rewrite = || inputs.borrow_mut().rewrite(&messages, &rows);
            let answer = match call {
                Some(Ok(call)) => answer(&*backend, call, rewrite, limits).await,
                Some(Err(error)) => Err(error),
                None => Ok(Tensors::new()),
            };
            let answer = answer.and_then(|answer| {
                verify(&answer, &outputs, count)?;
                Ok(Rc::new(answer))
            });
            let answered = messages.into_iter().zip(rows);
            answered
                .map(|(message, row)| Answered {
                    message,
                    row: row.and_then(|row| Ok((answer.clone()?, row))),
                })
                .collect()
        }
    }
}

impl<In> Inputs<In> {
    /// Writes a row for each message that has one, and numbers them.
    fn gather(&mut self, messages: &[In]) -> (Vec<Row>, Result<Tensors, InferError>) {
        self.begin(messages.len());
        let mut count = 0;
        let rows = messages.iter().map(|message| {
            let row = count;
            let pushed = self.push(message);
            if pushed.is_ok() {
                count += 1;
            } else {
                // The inputs before the one that failed have the row already.
                for input in &mut self.inputs {
                    input.truncate(row);
                }
            }
            pushed.map(|()| row)
        });
        let rows = rows.collect();
        (rows, self.finish(count))
    }

    /// Writes the rows of the same messages once more.
    fn rewrite(&mut self, messages: &[In], rows: &[Row]) -> Result<Tensors, InferError> {
        self.begin(messages.len());
        let mut count = 0;
        for (message, _) in messages.iter().zip(rows).filter(|(_, row)| row.is_ok()) {
            self.push(message)?;
            count += 1;
        }
        self.finish(count)
    }

    fn begin(&mut self, rows: usize) {
        for input in &mut self.inputs {
            input.begin(rows);
        }
    }

    fn push(&mut self, message: &In) -> Result<(), InferError> {
        let mut inputs = self.inputs.iter_mut();
        inputs.try_for_each(|input| input.push(message))
    }

    fn finish(&mut self, rows: usize) -> Result<Tensors, InferError> {
        let inputs = self.inputs.iter_mut().map(|input| {
            let tensor = input.finish(rows).map_err(InferError::terminal)?;
            Ok((input.column().name, tensor))
        });
        inputs.collect()
    }
}

impl<In> Answered<In> {
    /// Makes the result of the message, or its failure.
    pub(super) fn read<Out>(
        self,
        output: &mut dyn Output<In, Out>,
    ) -> Result<Out, InferFailure<In>> {
        let Self { message, row } = self;
        match row {
            Ok((answer, row)) => output
                .read(message, &answer, row)
                .map_err(|(message, error)| InferFailure {
                    message,
                    error: InferError::terminal(error),
                }),
            Err(error) => Err(InferFailure { message, error }),
        }
    }
}

/// Waits for the first call, and calls again as long as the budget lasts.
async fn answer<B: Backend>(
    backend: &B,
    first: impl Future<Output = Result<Tensors, InferError>>,
    mut rewrite: impl FnMut() -> Result<Tensors, InferError>,
    limits: Limits,
) -> Result<Tensors, InferError> {
    let mut retries = limits.retries.for_a_batch();
    let mut answer = within(limits.time, first).await;
    while let Err(error) = &answer
        && let Some(wait) = retries.wait_after(error)
    {
        tracing::debug!(%error, ?wait, "the batch is tried again");
        tokio::time::sleep(wait).await;
        answer = within(limits.time, backend.infer(rewrite()?)).await;
    }
    answer
}

async fn within(
    limit: Option<Duration>,
    call: impl Future<Output = Result<Tensors, InferError>>,
) -> Result<Tensors, InferError> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, call)
            .await
            .unwrap_or(Err(InferError::TimedOut { limit })),
        None => call.await,
    }
}

/// Makes sure that the rows of the answer are those of the batch.
fn verify(answer: &Tensors, outputs: &[TensorSpec], rows: usize) -> Result<(), InferError> {
    for spec in outputs {
        let Ok(tensor) = answer.get(&spec.name) else {
            return Err(broken(format!("output `{}` is missing", spec.name)));
        };
        if !spec.takes(tensor) || tensor.rows() != rows {
            return Err(broken(format!(
                "the output is {tensor:?}, not {spec} with {rows} rows"
            )));
        }
    }
    Ok(())
}

fn broken(reason: String) -> InferError {
    InferError::Output {
        reason: reason.into(),
    }
}
