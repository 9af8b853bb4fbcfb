use std::rc::Rc;
use std::time::Duration;

use super::columns::{Input, Output};
use super::{Backend, Column, InferError, InferFailure, TensorSpec};
use crate::message::Tensors;

/// Turns batches of messages into calls of the backend.
pub(super) struct Caller<B, In> {
    backend: B,
    inputs: Vec<Box<dyn Input<In>>>,
    /// Those that are read, as the model declares them.
    outputs: Rc<[TensorSpec]>,
    time_limit: Option<Duration>,
}

/// A message after its batch was answered, with the row that is its own.
pub(super) struct Answered<In> {
    message: In,
    row: Result<(Rc<Tensors>, usize), InferError>,
}

impl<B: Backend, In> Caller<B, In> {
    pub(super) fn new(
        backend: B,
        inputs: Vec<Box<dyn Input<In>>>,
        columns: &[Column],
        time_limit: Option<Duration>,
    ) -> Self {
        let declared = backend.signature().outputs.iter();
        let is_read = |spec: &&TensorSpec| columns.iter().any(|column| column.name == spec.name);
        Self {
            outputs: declared.filter(is_read).cloned().collect(),
            backend,
            inputs,
            time_limit,
        }
    }

    /// Runs one batch; resolves to one answer per message, in order.
    pub(super) fn call(
        &mut self,
        messages: Vec<In>,
    ) -> impl Future<Output = Vec<Answered<In>>> + use<B, In> {
        let (rows, count) = self.gather(&messages);
        // A batch may be left without a row, and then the model is not asked.
        let batch = (count > 0).then(|| self.batch(count));
        let call = batch.map(|batch| batch.map(|batch| self.backend.infer(batch)));
        let (outputs, limit) = (Rc::clone(&self.outputs), self.time_limit);
        async move {
            let answer = match call {
                Some(Ok(call)) => within(limit, call).await,
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

    /// Writes a row for each message that has one, and numbers and counts them.
    fn gather(&mut self, messages: &[In]) -> (Vec<Result<usize, InferError>>, usize) {
        let inputs = &mut self.inputs;
        for input in &mut *inputs {
            input.begin(messages.len());
        }
        let mut count = 0;
        let rows = messages.iter().map(|message| {
            let row = count;
            let pushed = inputs.iter_mut().try_for_each(|input| input.push(message));
            if pushed.is_ok() {
                count += 1;
            } else {
                // The inputs before the one that failed have the row already.
                for input in &mut *inputs {
                    input.truncate(row);
                }
            }
            pushed.map(|()| row)
        });
        (rows.collect(), count)
    }

    fn batch(&mut self, rows: usize) -> Result<Tensors, InferError> {
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
