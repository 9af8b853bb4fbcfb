//! A batch in parts: several answers become one.

use crate::inference::InferError;
use crate::message::{Element, ElementType, Tensor, TensorError, Tensors};

/// Puts the rows of several answers into one, in order.
pub(super) fn joined(mut parts: Vec<Tensors>) -> Result<Tensors, InferError> {
    if parts.len() < 2 {
        return Ok(parts.pop().unwrap_or_default());
    }
    let Some(first) = parts.first() else {
        return Ok(Tensors::new());
    };
    let names = first.iter().map(|(name, _)| name);
    names
        .map(|name| {
            let tensors = parts.iter().map(|part| part.get(name));
            let tensors = tensors.collect::<Result<Vec<_>, _>>()?;
            Ok((name, join(&tensors)?))
        })
        .collect::<Result<_, TensorError>>()
        .map_err(InferError::terminal)
}

fn join(parts: &[&Tensor]) -> Result<Tensor, TensorError> {
    match parts.first().map(|part| part.element()) {
        Some(ElementType::U8) => append::<u8>(parts),
        Some(ElementType::I32) => append::<i32>(parts),
        Some(ElementType::I64) => append::<i64>(parts),
        Some(ElementType::F32) => append::<f32>(parts),
        Some(ElementType::F64) => append::<f64>(parts),
        None => Err(TensorError::NoRows),
    }
}

fn append<E: Element>(parts: &[&Tensor]) -> Result<Tensor, TensorError> {
    let mut elements = Vec::new();
    for part in parts {
        elements.extend_from_slice(part.as_slice::<E>()?);
    }
    let rows = parts.iter().map(|part| part.rows()).sum();
    let row_shape = parts.first().map_or(&[][..], |part| part.row_shape());
    Tensor::new([&[rows], row_shape].concat(), elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_all_parts_are_in_order() {
        let part = |numbers: Vec<i64>| {
            let y = Tensor::new([numbers.len() / 2, 2], numbers).unwrap();
            Tensors::new().with("y", y)
        };

        let whole = joined(vec![part(vec![1, 2, 3, 4]), part(vec![5, 6])]).unwrap();
        assert_eq!(whole, part(vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(joined(vec![part(vec![])]).unwrap(), part(vec![]));
    }
}
