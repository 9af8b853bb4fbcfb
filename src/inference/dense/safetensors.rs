//! Reads a network from a safetensors file.

use std::collections::{BTreeSet, HashMap};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::{DenseFault, DenseNet};
use crate::device::Activation;

pub(super) fn read(bytes: &[u8]) -> Result<DenseNet, DenseFault> {
    let broken = |error: safetensors::SafeTensorError| DenseFault::Format {
        reason: error.to_string(),
    };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
    let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
    let metadata = header.metadata().clone().unwrap_or_default();
    let names = layers(&tensors, &metadata)?;
    let activations = activations(&metadata, &names)?;
    let mut net = DenseNet::default();
    for (name, activation) in names.iter().zip(activations) {
        let weights = format!("{name}.weight");
        let (shape, weights) = floats(&tensors, &weights)?;
        let &[outputs, _] = &*shape else {
            let reason = format!("has the shape {shape:?}: it takes [outputs, inputs]");
            return Err(DenseFault::tensor(&format!("{name}.weight"), reason));
        };
        let bias = format!("{name}.bias");
        let bias = if tensors.tensor(&bias).is_ok() {
            let (shape, numbers) = floats(&tensors, &bias)?;
            if *shape != [outputs] {
                let reason = format!("has the shape {shape:?}: it takes {:?}", [outputs]);
                return Err(DenseFault::tensor(&bias, reason));
            }
            numbers
        } else {
            vec![0.0; outputs]
        };
        net = net.layer(outputs, weights, bias, activation)?;
    }
    let name = |key: &str, other: &str| metadata.get(key).cloned().unwrap_or(other.to_owned());
    Ok(net.named(name("input", "x"), name("output", "y")))
}

/// The names of the layers in order.
fn layers(
    tensors: &SafeTensors<'_>,
    metadata: &HashMap<String, String>,
) -> Result<Vec<String>, DenseFault> {
    let mut held = BTreeSet::new();
    for name in tensors.names() {
        let ends = [".weight", ".bias"];
        let layer = ends.iter().find_map(|end| name.strip_suffix(end));
        let reason = "belongs to no layer: tensors end in `.weight` or `.bias`";
        held.insert(layer.ok_or_else(|| DenseFault::tensor(name, reason))?);
    }
    if let Some(names) = metadata.get("layers") {
        let names: Vec<_> = names
            .split(',')
            .map(|name| name.trim().to_owned())
            .collect();
        let listed: BTreeSet<_> = names.iter().map(String::as_str).collect();
        if listed.len() != names.len() || listed != held {
            let reason = format!("names {names:?}, the tensors belong to {held:?}");
            return Err(DenseFault::Metadata {
                key: "layers",
                reason,
            });
        }
        return Ok(names);
    }
    let mut numbered = Vec::new();
    for name in held {
        let (prefix, number) = name.rsplit_once('.').unwrap_or(("", name));
        let number = number.parse::<u32>().map_err(|_| unordered(name))?;
        numbered.push((prefix, number, name));
    }
    if let [first, rest @ ..] = &*numbered
        && let Some(other) = rest.iter().find(|other| other.0 != first.0)
    {
        return Err(unordered(other.2));
    }
    numbered.sort_by_key(|(_, number, _)| *number);
    let names = numbered.into_iter().map(|(_, _, name)| name.to_owned());
    Ok(names.collect())
}

fn unordered(name: &str) -> DenseFault {
    let reason = format!(
        "is missing, and the place of layer `{name}` cannot be told from its name: list the \
         layers in order, separated by commas"
    );
    DenseFault::Metadata {
        key: "layers",
        reason,
    }
}

fn activations(
    metadata: &HashMap<String, String>,
    names: &[String],
) -> Result<Vec<Activation>, DenseFault> {
    let fault = |reason| DenseFault::Metadata {
        key: "activations",
        reason,
    };
    let count = names.len();
    let Some(text) = metadata.get("activations") else {
        let reason = format!("is missing: name {count}, one for each layer, such as `relu`");
        return Err(fault(reason));
    };
    let read = |name: &str| {
        let activation = Activation::parse(name.trim());
        activation.ok_or_else(|| {
            fault(format!(
                "has `{}`, which is none: use `identity`, `relu`, `leaky-relu`, `elu`, `sigmoid`, \
                 `tanh`, `gelu` or `softmax`",
                name.trim()
            ))
        })
    };
    let activations = text.split(',').map(read).collect::<Result<Vec<_>, _>>()?;
    if activations.len() == count {
        return Ok(activations);
    }
    let found = activations.len();
    Err(fault(format!(
        "names {found}, but there are {count} layers"
    )))
}

/// The shape and the elements of a tensor.
fn floats(tensors: &SafeTensors<'_>, name: &str) -> Result<(Vec<usize>, Vec<f32>), DenseFault> {
    let tensor = tensors
        .tensor(name)
        .map_err(|_| DenseFault::tensor(name, "is missing"))?;
    if tensor.dtype() != Dtype::F32 {
        let reason = format!("holds {:?}: convert it to F32", tensor.dtype());
        return Err(DenseFault::tensor(name, reason));
    }
    Ok((tensor.shape().to_vec(), numbers(&tensor)))
}

fn numbers(tensor: &TensorView<'_>) -> Vec<f32> {
    let (words, _) = tensor.data().as_chunks::<4>();
    words.iter().map(|word| f32::from_le_bytes(*word)).collect()
}
