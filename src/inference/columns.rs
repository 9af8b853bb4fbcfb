//! How messages become rows of tensors, and rows become messages.

use std::marker::PhantomData;
use std::sync::Arc;

use super::{Column, InferError};
use crate::message::{Element, Tensor, TensorError, Tensors, elements_in};

/// Writes one input of the model, a row for each message of a batch.
pub(super) trait Input<In>: Send {
    fn column(&self) -> Column;

    /// Begins a batch of up to so many rows.
    fn begin(&mut self, rows: usize);

    /// Adds the row of one message.
    fn push(&mut self, message: &In) -> Result<(), InferError>;

    /// Keeps the first `rows` rows.
    fn truncate(&mut self, rows: usize);

    /// Gives the batch of `rows` rows.
    fn finish(&mut self, rows: usize) -> Result<Tensor, TensorError>;
}

/// The rows of one input, in a buffer that becomes the tensor.
struct Rows<E> {
    name: Arc<str>,
    row_shape: Vec<usize>,
    row_len: usize,
    elements: Vec<E>,
}

/// An input whose rows the messages hold already.
pub(super) struct Lent<E, F> {
    rows: Rows<E>,
    row: F,
}

/// An input whose rows are written in place.
pub(super) struct Written<E, F> {
    rows: Rows<E>,
    write: F,
}

impl<E: Element> Rows<E> {
    fn new(name: &str, row_shape: Vec<usize>) -> Self {
        let row_len = elements_in(&row_shape).unwrap_or(usize::MAX);
        Self {
            name: name.into(),
            row_shape,
            row_len,
            elements: Vec::new(),
        }
    }

    fn column(&self) -> Column {
        Column::of::<E>(&*self.name).with_row_shape(&*self.row_shape)
    }

    fn begin(&mut self, rows: usize) {
        self.elements = Vec::with_capacity(rows.saturating_mul(self.row_len));
    }

    fn truncate(&mut self, rows: usize) {
        self.elements.truncate(rows * self.row_len);
    }

    fn finish(&mut self, rows: usize) -> Result<Tensor, TensorError> {
        let shape = [&[rows], &*self.row_shape].concat();
        Tensor::new(shape, std::mem::take(&mut self.elements))
    }
}

impl<E: Element, F> Lent<E, F> {
    pub(super) fn new(name: &str, row_shape: Vec<usize>, row: F) -> Self {
        let rows = Rows::new(name, row_shape);
        Self { rows, row }
    }
}

impl<In, E, F> Input<In> for Lent<E, F>
where
    E: Element,
    F: FnMut(&In) -> &[E] + Send,
{
    fn column(&self) -> Column {
        self.rows.column()
    }

    fn begin(&mut self, rows: usize) {
        self.rows.begin(rows);
    }

    fn push(&mut self, message: &In) -> Result<(), InferError> {
        let row = (self.row)(message);
        if row.len() != self.rows.row_len {
            return Err(InferError::Row {
                input: Arc::clone(&self.rows.name),
                wanted: self.rows.row_len,
                found: row.len(),
            });
        }
        self.rows.elements.extend_from_slice(row);
        Ok(())
    }

    fn truncate(&mut self, rows: usize) {
        self.rows.truncate(rows);
    }

    fn finish(&mut self, rows: usize) -> Result<Tensor, TensorError> {
        self.rows.finish(rows)
    }
}

impl<E: Element, F> Written<E, F> {
    pub(super) fn new(name: &str, row_shape: Vec<usize>, write: F) -> Self {
        let rows = Rows::new(name, row_shape);
        Self { rows, write }
    }
}

impl<In, E, F> Input<In> for Written<E, F>
where
    E: Element,
    F: FnMut(&In, &mut [E]) + Send,
{
    fn column(&self) -> Column {
        self.rows.column()
    }

    fn begin(&mut self, rows: usize) {
        self.rows.begin(rows);
    }

    fn push(&mut self, message: &In) -> Result<(), InferError> {
        let elements = &mut self.rows.elements;
        let start = elements.len();
        elements.resize(start + self.rows.row_len, E::default());
        (self.write)(message, &mut elements[start..]);
        Ok(())
    }

    fn truncate(&mut self, rows: usize) {
        self.rows.truncate(rows);
    }

    fn finish(&mut self, rows: usize) -> Result<Tensor, TensorError> {
        self.rows.finish(rows)
    }
}

/// Reads the outputs of the model, one message for each row.
pub(super) trait Output<In, Out>: Send {
    fn columns(&self) -> Vec<Column>;

    /// Makes the message of one row, or gives its input back.
    fn read(&mut self, message: In, answer: &Tensors, row: usize)
    -> Result<Out, (In, TensorError)>;
}

pub(super) struct Read<C, F> {
    pub(super) columns: C,
    pub(super) read: F,
}

impl<In, Out, C, F> Output<In, Out> for Read<C, F>
where
    C: OutputColumns,
    F: FnMut(In, C::Row<'_>) -> Out + Send,
{
    fn columns(&self) -> Vec<Column> {
        self.columns.columns()
    }

    fn read(
        &mut self,
        message: In,
        answer: &Tensors,
        row: usize,
    ) -> Result<Out, (In, TensorError)> {
        match self.columns.row(answer, row) {
            Ok(row) => Ok((self.read)(message, row)),
            Err(error) => Err((message, error)),
        }
    }
}

/// One output that a stage reads, made by [`output`].
#[derive(Clone, Debug)]
pub struct OutputColumn<E> {
    name: String,
    element: PhantomData<fn() -> E>,
}

/// Names an output of `E` elements, for [`InferInputs::outputs`].
///
/// [`InferInputs::outputs`]: super::InferInputs::outputs
pub fn output<E: Element>(name: impl Into<String>) -> OutputColumn<E> {
    OutputColumn {
        name: name.into(),
        element: PhantomData,
    }
}

/// Outputs that are read together: one [`OutputColumn`], or a tuple of up to
/// six.
pub trait OutputColumns: Send + 'static {
    /// One row of each: a slice, or a tuple of slices.
    type Row<'a>;

    /// Declares them, to be checked against the model.
    fn columns(&self) -> Vec<Column>;

    /// Finds one row of each in what the model gave.
    ///
    /// # Errors
    ///
    /// A [`TensorError`] if an output or the row is missing, or has other
    /// elements.
    fn row<'a>(&self, answer: &'a Tensors, row: usize) -> Result<Self::Row<'a>, TensorError>;
}

impl<E: Element> OutputColumns for OutputColumn<E> {
    type Row<'a> = &'a [E];

    fn columns(&self) -> Vec<Column> {
        vec![Column::of::<E>(&self.name)]
    }

    fn row<'a>(&self, answer: &'a Tensors, row: usize) -> Result<&'a [E], TensorError> {
        answer.get(&self.name)?.row(row)
    }
}

macro_rules! tuple {
    ($($column:ident: $index:tt),+) => {
        impl<$($column: OutputColumns),+> OutputColumns for ($($column,)+) {
            type Row<'a> = ($($column::Row<'a>,)+);

            fn columns(&self) -> Vec<Column> {
                let columns = [$(self.$index.columns()),+];
                columns.into_iter().flatten().collect()
            }

            fn row<'a>(
                &self,
                answer: &'a Tensors,
                row: usize,
            ) -> Result<Self::Row<'a>, TensorError> {
                Ok(($(self.$index.row(answer, row)?,)+))
            }
        }
    };
}

tuple!(A: 0);
tuple!(A: 0, B: 1);
tuple!(A: 0, B: 1, C: 2);
tuple!(A: 0, B: 1, C: 2, D: 3);
tuple!(A: 0, B: 1, C: 2, D: 3, E: 4);
tuple!(A: 0, B: 1, C: 2, D: 3, E: 4, F: 5);
