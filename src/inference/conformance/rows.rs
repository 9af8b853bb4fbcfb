//! Batches: made, taken apart and compared.

use std::ops::Range;

use crate::inference::{Dim, InferError, Signature, TensorSpec};
use crate::message::{Element, ElementType, Tensor, TensorError, Tensors};

/// Free dimensions get this size.
const FREE: usize = 3;

/// Calls a function that is generic over the elements of a tensor.
macro_rules! with_elements {
    ($element:expr, $call:ident($($argument:expr),*)) => {
        match $element {
            ElementType::U8 => $call::<u8>($($argument),*),
            ElementType::I32 => $call::<i32>($($argument),*),
            ElementType::I64 => $call::<i64>($($argument),*),
            ElementType::F32 => $call::<f32>($($argument),*),
            ElementType::F64 => $call::<f64>($($argument),*),
        }
    };
}

/// An element that is made of a number.
trait Made: Element {
    fn of(number: u32) -> Self;
}

macro_rules! made {
    ($($integer:ty),*; $($float:ty),*) => {
        $(impl Made for $integer {
            fn of(number: u32) -> Self {
                // Small enough for any type, and for a vocabulary.
                [0, 1, 2, 3, 4, 5, 6, 7][number as usize % 8]
            }
        })*
        $(impl Made for $float {
            fn of(number: u32) -> Self {
                // In hundreds-and-twenty-eighths, so that sums are exact.
                let part = u8::try_from(number % 255).unwrap_or_default();
                (Self::from(part) - 127.0) / 128.0
            }
        })*
    };
}

made!(u8, i32, i64; f32, f64);

/// Makes a batch for a signature.
pub(super) fn made(signature: &Signature, rows: usize, seed: u64) -> Tensors {
    let mut numbers = Numbers(seed);
    let inputs = signature.inputs.iter().filter_map(|spec| {
        let tensor = with_elements!(spec.element, filled(spec, rows, &mut numbers));
        // A tensor too large for memory is left out, and the backend says so.
        Some((spec.name.clone(), tensor.ok()?))
    });
    inputs.collect()
}

fn filled<E: Made>(
    spec: &TensorSpec,
    rows: usize,
    numbers: &mut Numbers,
) -> Result<Tensor, TensorError> {
    let mut tensor = Tensor::zeros::<E>(rows, &row_shape(spec))?;
    for element in tensor.as_mut_slice::<E>()? {
        *element = E::of(numbers.next());
    }
    Ok(tensor)
}

fn row_shape(spec: &TensorSpec) -> Vec<usize> {
    let dims = spec.shape.iter().skip(1);
    dims.map(|dim| match dim {
        Dim::Fixed(size) => *size,
        Dim::Rows | Dim::Free => FREE,
    })
    .collect()
}

/// Numbers that look random, the same for the same seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u32 {
        // Steele, Lea and Flood's SplitMix64, whose high half is taken.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from(mixed >> 32).unwrap_or_default()
    }
}

/// Takes some rows of a batch.
pub(super) fn part(batch: &Tensors, rows: Range<usize>) -> Result<Tensors, TensorError> {
    fn copied<E: Element>(tensor: &Tensor, rows: Range<usize>) -> Result<Tensor, TensorError> {
        let shape = [&[rows.len()], tensor.row_shape()].concat();
        let length = tensor.row_len();
        let elements = tensor.as_slice::<E>()?;
        let wanted = elements.get(rows.start * length..rows.end * length);
        Tensor::new(shape, wanted.unwrap_or_default().to_vec())
    }
    let parts = batch.iter().map(|(name, tensor)| {
        let part = with_elements!(tensor.element(), copied(tensor, rows.clone()));
        Ok((name, part?))
    });
    parts.collect()
}

/// Puts a value into every float of one row; tells whether there are any.
pub(super) fn poison(batch: Tensors, row: usize, value: f32) -> (Tensors, bool) {
    fn fill<E: Element>(tensor: &mut Tensor, row: usize, value: E) {
        let length = tensor.row_len();
        if let Ok(elements) = tensor.as_mut_slice::<E>()
            && let Some(row) = elements.get_mut(row * length..(row + 1) * length)
        {
            row.fill(value);
        }
    }
    let mut any = false;
    let poisoned = batch.into_iter().map(|(name, mut tensor)| {
        match tensor.element() {
            ElementType::F32 => fill(&mut tensor, row, value),
            ElementType::F64 => fill(&mut tensor, row, f64::from(value)),
            ElementType::U8 | ElementType::I32 | ElementType::I64 => return (name, tensor),
        }
        any |= tensor.row_len() > 0;
        (name, tensor)
    });
    let poisoned = poisoned.collect();
    (poisoned, any)
}

/// Batches that do not fit the signature, each with what is wrong with it.
pub(super) fn misfits(signature: &Signature, batch: &Tensors) -> Vec<(String, Tensors)> {
    let mut misfits = Vec::new();
    for spec in &signature.inputs {
        let name = &spec.name;
        let Some(rows) = batch.get(name).map(Tensor::rows).ok() else {
            continue;
        };
        let shape = row_shape(spec);
        let other = match spec.element {
            ElementType::F64 => ElementType::F32,
            _ => ElementType::F64,
        };
        let deeper = [&shape[..], &[2]].concat();
        let wrong = [
            ("other elements", other, rows, &shape),
            ("another shape", spec.element, rows, &deeper),
            ("another number of rows", spec.element, rows + 1, &shape),
        ];
        let has_others = signature.inputs.len() > 1;
        for (what, element, rows, shape) in wrong {
            let tensor = with_elements!(element, zeros(rows, shape));
            if let Ok(tensor) = tensor
                && (has_others || what != "another number of rows")
            {
                let misfit = batch.clone().with(name.clone(), tensor);
                misfits.push((format!("input `{name}` has {what}"), misfit));
            }
        }
        let mut missing = batch.clone();
        missing.remove(name);
        misfits.push((format!("input `{name}` is missing"), missing));
    }
    misfits
}

fn zeros<E: Element>(rows: usize, row_shape: &[usize]) -> Result<Tensor, TensorError> {
    Tensor::zeros::<E>(rows, row_shape)
}

/// Tells how an answer breaks the signature, if it does.
pub(super) fn verify(signature: &Signature, answer: &Tensors, rows: usize) -> Result<(), String> {
    for spec in &signature.outputs {
        let tensor = answer.get(&spec.name).map_err(|error| error.to_string())?;
        if !spec.takes(tensor) || tensor.rows() != rows {
            return Err(format!(
                "output `{}` is {tensor:?}, not {spec} with {rows} rows",
                spec.name
            ));
        }
    }
    Ok(())
}

/// Tells how an answer differs from what was expected, if it does.
pub(super) fn compare(found: &Tensors, expected: &Tensors, tolerance: f64) -> Result<(), String> {
    for (name, expected) in expected.iter() {
        let found = found.get(name).map_err(|error| error.to_string())?;
        if found.shape() != expected.shape() {
            return Err(format!("output `{name}` is {found:?}, not {expected:?}"));
        }
        let pairs = match (floats(found), floats(expected)) {
            (Some(found), Some(expected)) => found.into_iter().zip(expected),
            _ if found == expected => continue,
            _ => return Err(format!("output `{name}` has other elements than expected")),
        };
        for (index, (found, expected)) in pairs.enumerate() {
            if !close(found, expected, tolerance) {
                return Err(format!(
                    "element {index} of output `{name}` is {found}, not {expected}"
                ));
            }
        }
    }
    Ok(())
}

fn floats(tensor: &Tensor) -> Option<Vec<f64>> {
    match tensor.element() {
        ElementType::F32 => {
            let floats = tensor.as_slice::<f32>().ok()?;
            Some(floats.iter().copied().map(f64::from).collect())
        }
        ElementType::F64 => Some(tensor.as_slice::<f64>().ok()?.to_vec()),
        ElementType::U8 | ElementType::I32 | ElementType::I64 => None,
    }
}

fn close(one: f64, other: f64, tolerance: f64) -> bool {
    let same = one.total_cmp(&other).is_eq() || (one.is_nan() && other.is_nan());
    same || (one - other).abs() <= tolerance * other.abs().max(1.0)
}

/// Tells how a misfit was answered, unless as it should be.
pub(super) fn refused(answer: Result<Tensors, InferError>) -> Result<(), String> {
    match answer {
        Err(InferError::Batch { .. }) => Ok(()),
        Err(error) => Err(format!(
            "gives another error than `InferError::Batch`: {error}"
        )),
        Ok(_) => Err("is answered".to_owned()),
    }
}
