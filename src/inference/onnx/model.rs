//! Runs batches, in parts that have a plan.

use std::num::NonZeroUsize;

use tract_onnx::prelude::{
    Datum, IntoTValue, TValue, TVec, Tensor as EngineTensor, TractError, TractResult,
};

use super::plans::{Plans, caught, one_line};
use crate::inference::{Dim, InferError, Signature, TensorSpec};
use crate::message::{Element, ElementType, Tensor, TensorError, Tensors, elements_in};

pub(super) struct Model {
    pub(super) signature: Signature,
    plans: Plans,
}

impl Model {
    pub(super) fn new(signature: Signature, plans: Plans) -> Self {
        Self { signature, plans }
    }

    /// Runs a row of zeros, for a model without free dimensions: the engine
    /// finds out only then that it lacks a kernel. A row too large to be tried
    /// out passes.
    pub(super) fn try_zeros(&self) -> Result<(), String> {
        const MOST: usize = 1 << 26;
        let row_shape =
            |spec: &TensorSpec| spec.shape.iter().skip(1).map(fixed).collect::<Vec<_>>();
        let small = |spec: &TensorSpec| {
            elements_in(&row_shape(spec)).is_some_and(|elements| elements <= MOST)
        };
        if !self.signature.inputs.iter().all(small) {
            return Ok(());
        }
        let inputs = self.signature.inputs.iter().map(|spec| {
            let row_shape = row_shape(spec);
            let zeros = match spec.element {
                ElementType::U8 => Tensor::zeros::<u8>(1, &row_shape),
                ElementType::I32 => Tensor::zeros::<i32>(1, &row_shape),
                ElementType::I64 => Tensor::zeros::<i64>(1, &row_shape),
                ElementType::F32 => Tensor::zeros::<f32>(1, &row_shape),
                ElementType::F64 => Tensor::zeros::<f64>(1, &row_shape),
            };
            Ok((&*spec.name, zeros?))
        });
        let inputs = inputs.collect::<Result<Tensors, TensorError>>();
        let inputs = inputs.map_err(|error| error.to_string())?;
        caught(|| {
            self.run(&inputs, NonZeroUsize::MIN)
                .map(drop)
                .map_err(TractError::msg)
        })
    }

    /// Makes the plan for parts of so many rows, unless the size of a row is
    /// only known when it comes.
    pub(super) fn prepare(&self, rows: usize) -> Result<(), InferError> {
        let inputs = self.signature.inputs.iter();
        let shapes = inputs.map(|spec| {
            let dims = spec.shape.iter().skip(1).map(|dim| match dim {
                Dim::Fixed(size) => Some(*size),
                Dim::Rows | Dim::Free => None,
            });
            std::iter::once(Some(rows)).chain(dims).collect()
        });
        let Some(shapes) = shapes.collect::<Option<Vec<Vec<usize>>>>() else {
            return Ok(());
        };
        let plan = self.plans.get(&shapes);
        plan.map(drop).map_err(InferError::terminal)
    }

    /// Runs one batch on the thread of the caller, in parts of up to `max_part`
    /// rows.
    pub(super) fn run(
        &self,
        inputs: &Tensors,
        max_part: NonZeroUsize,
    ) -> Result<Tensors, InferError> {
        let rows = self.signature.rows_of(inputs)?;
        let mut parts = vec![Vec::new(); self.signature.outputs.len()];
        let mut done = 0;
        while done < rows {
            let part = part_of(rows - done, max_part);
            let answer = self.run_part(inputs, done, part)?;
            for (parts, answer) in parts.iter_mut().zip(answer) {
                parts.push(answer);
            }
            done += part;
        }
        let outputs = self.signature.outputs.iter().zip(parts);
        outputs
            .map(|(spec, parts)| Ok((&*spec.name, joined(spec, &parts, rows)?)))
            .collect()
    }

    fn run_part(
        &self,
        inputs: &Tensors,
        start: usize,
        rows: usize,
    ) -> Result<TVec<TValue>, InferError> {
        let mut shapes = Vec::with_capacity(inputs.len());
        let mut values = TVec::new();
        for spec in &self.signature.inputs {
            let tensor = inputs.get(&spec.name).map_err(InferError::terminal)?;
            let shape = [&[rows], tensor.row_shape()].concat();
            values.push(part(tensor, start, &shape)?.into_tvalue());
            shapes.push(shape);
        }
        let plan = self.plans.get(&shapes).map_err(InferError::terminal)?;
        plan.run(values).map_err(|error| engine(&error))
    }
}

/// The largest power of two that is neither above the limit nor the rest.
fn part_of(rest: usize, most: NonZeroUsize) -> usize {
    match rest.min(most.get()).checked_ilog2() {
        Some(power) => 1 << power,
        None => 0,
    }
}

/// Copies the rows from `start` that `shape` has room for.
fn part(tensor: &Tensor, start: usize, shape: &[usize]) -> Result<EngineTensor, InferError> {
    fn copy<E: Element + Datum>(
        tensor: &Tensor,
        start: usize,
        shape: &[usize],
    ) -> Result<EngineTensor, InferError> {
        let elements = tensor.as_slice::<E>().map_err(InferError::terminal)?;
        let first = start * tensor.row_len();
        let elements = &elements[first..first + shape.iter().product::<usize>()];
        EngineTensor::from_shape(shape, elements).map_err(|error| engine(&error))
    }
    match tensor.element() {
        ElementType::U8 => copy::<u8>(tensor, start, shape),
        ElementType::I32 => copy::<i32>(tensor, start, shape),
        ElementType::I64 => copy::<i64>(tensor, start, shape),
        ElementType::F32 => copy::<f32>(tensor, start, shape),
        ElementType::F64 => copy::<f64>(tensor, start, shape),
    }
}

fn fixed(dim: &Dim) -> usize {
    match dim {
        Dim::Fixed(size) => *size,
        Dim::Rows | Dim::Free => 0,
    }
}

/// Puts the parts of one output together.
fn joined(spec: &TensorSpec, parts: &[TValue], rows: usize) -> Result<Tensor, InferError> {
    fn copy<E: Element + Datum>(shape: Vec<usize>, parts: &[TValue]) -> Result<Tensor, InferError> {
        let mut elements = Vec::<E>::with_capacity(shape.iter().product());
        for part in parts {
            append(&mut elements, part).map_err(|error| engine(&error))?;
        }
        Tensor::new(shape, elements).map_err(InferError::terminal)
    }
    let mut shape = vec![rows];
    match parts.first() {
        Some(part) => shape.extend(part.shape().iter().skip(1)),
        None => shape.extend(spec.shape.iter().skip(1).map(fixed)),
    }
    if parts
        .iter()
        .any(|part| part.shape().get(1..) != shape.get(1..))
    {
        let reason = format!("output `{}` has rows of different shapes", spec.name);
        return Err(InferError::Output {
            reason: reason.into(),
        });
    }
    match spec.element {
        ElementType::U8 => copy::<u8>(shape, parts),
        ElementType::I32 => copy::<i32>(shape, parts),
        ElementType::I64 => copy::<i64>(shape, parts),
        ElementType::F32 => copy::<f32>(shape, parts),
        ElementType::F64 => copy::<f64>(shape, parts),
    }
}

fn append<E: Element + Datum>(elements: &mut Vec<E>, part: &TValue) -> TractResult<()> {
    let part = part.cast_to::<E>()?;
    elements.extend_from_slice(part.try_as_plain_ram()?.as_slice::<E>()?);
    Ok(())
}

fn engine(error: &TractError) -> InferError {
    InferError::terminal(one_line(&format!("{error:#}")))
}
