//! Reads a network from an ONNX graph that is a chain of dense layers.

use prost::Message;

use super::proto::{Constant, Graph, Model, Node};
use super::{DenseFault, DenseNet};
use crate::device::Activation;

pub(super) fn read(bytes: &[u8]) -> Result<DenseNet, DenseFault> {
    let broken = |reason: String| DenseFault::Format { reason };
    let model = Model::decode(bytes).map_err(|error| broken(error.to_string()))?;
    let graph = model
        .graph
        .ok_or_else(|| broken("it holds no graph".to_owned()))?;
    let is_constant = |name: &str| graph.initializer.iter().any(|one| one.name == name);
    let inputs = graph.input.iter().filter(|input| !is_constant(&input.name));
    let inputs: Vec<_> = inputs.map(|input| &*input.name).collect();
    let (&[input], [output]) = (&*inputs, &*graph.output) else {
        let (takes, gives) = (inputs.len(), graph.output.len());
        return Err(DenseFault::layers(format!(
            "the graph has {takes} inputs and {gives} outputs: a dense network has one of each"
        )));
    };
    let mut chain = Chain {
        graph: &graph,
        net: DenseNet::default(),
        open: None,
    };
    let mut value = input;
    for at in 0..graph.node.len() {
        let node = chain.node_after(value, at)?;
        chain.take(node, value)?;
        value = node.output.first().map_or("", |name| &**name);
    }
    if value != output.name {
        return Err(DenseFault::layers(format!(
            "the chain of nodes ends at `{value}` and not at the output `{}`",
            output.name
        )));
    }
    chain.close()?;
    Ok(chain.net.named(input, &*output.name))
}

struct Chain<'a> {
    graph: &'a Graph,
    net: DenseNet,
    /// The layer that may still get a bias or an activation.
    open: Option<Layer>,
}

struct Layer {
    inputs: usize,
    outputs: usize,
    /// In the shape `[inputs, outputs]`.
    weights: Vec<f32>,
    bias: Option<Vec<f32>>,
}

impl<'a> Chain<'a> {
    /// The one node that takes a value.
    fn node_after(&self, value: &str, at: usize) -> Result<&'a Node, DenseFault> {
        let takes = |node: &&Node| node.input.iter().any(|input| input == value);
        let mut takers = self.graph.node.iter().filter(takes);
        match (takers.next(), takers.next()) {
            (Some(node), None) => Ok(node),
            (Some(_), Some(second)) => Err(self.refused(
                second,
                "takes what another node takes too: a dense network is one chain",
            )),
            // The nodes that the chain does not reach are to blame.
            (None, _) => {
                let rest = self.graph.node.get(at..).unwrap_or_default();
                Err(rest.first().map_or_else(
                    || DenseFault::layers(format!("no node takes `{value}`")),
                    |node| self.refused(node, "is not in the chain from the input"),
                ))
            }
        }
    }

    fn refused(&self, node: &Node, reason: impl Into<String>) -> DenseFault {
        let place = self.graph.node.iter().position(|one| one == node);
        let name = match place {
            Some(place) if node.name.is_empty() => format!("number {place}"),
            _ => node.name.clone(),
        };
        DenseFault::Node {
            node: name,
            operation: node.op_type.clone(),
            reason: reason.into(),
        }
    }

    fn take(&mut self, node: &Node, value: &str) -> Result<(), DenseFault> {
        if node.output.len() != 1 {
            return Err(self.refused(node, "has several outputs: a dense network is one chain"));
        }
        match &*node.op_type {
            "MatMul" => self.product(node, value, false),
            "Gemm" => self.gemm(node, value),
            "Add" => self.add(node, value),
            _ => self.activate(node),
        }
    }

    /// Begins a layer with the constant that a node multiplies with.
    fn product(&mut self, node: &Node, value: &str, turned: bool) -> Result<(), DenseFault> {
        self.close()?;
        if node.input.first().is_none_or(|input| input != value) {
            return Err(self.refused(node, "multiplies from the left: weights stand to the right"));
        }
        let constant = self.constant(node, 1)?;
        let (rows, columns, numbers) = matrix(constant)?;
        let (inputs, outputs) = if turned {
            (columns, rows)
        } else {
            (rows, columns)
        };
        let weights = if turned {
            let from = |i: usize| numbers[i % outputs * inputs + i / outputs];
            (0..numbers.len()).map(from).collect()
        } else {
            numbers
        };
        self.open = Some(Layer {
            inputs,
            outputs,
            weights,
            bias: None,
        });
        Ok(())
    }

    fn gemm(&mut self, node: &Node, value: &str) -> Result<(), DenseFault> {
        let whole = |name| attribute(node, name).is_none_or(|one| is_one(one.f));
        if !whole("alpha") || !whole("beta") {
            return Err(self.refused(node, "has an alpha or beta beside 1: fold it into weights"));
        }
        let turned = |name| attribute(node, name).is_some_and(|one| one.i != 0);
        if turned("transA") {
            return Err(self.refused(node, "has transA: rows of the input are messages here"));
        }
        self.product(node, value, turned("transB"))?;
        if node.input.get(2).is_none_or(String::is_empty) {
            return Ok(());
        }
        let bias = self.constant(node, 2)?;
        self.bias(node, bias)
    }

    fn add(&mut self, node: &Node, value: &str) -> Result<(), DenseFault> {
        let other = usize::from(node.input.first().is_some_and(|input| input == value));
        let bias = self.constant(node, other)?;
        self.bias(node, bias)
    }

    fn bias(&mut self, node: &Node, constant: &Constant) -> Result<(), DenseFault> {
        let numbers = floats(constant)?;
        match &mut self.open {
            Some(layer) if layer.bias.is_none() => {
                let wanted = layer.outputs;
                let flat = constant.dims.iter().rev().skip(1).all(|size| *size == 1);
                if numbers.len() != wanted || !flat {
                    let shape = &constant.dims;
                    let reason = format!("has the shape {shape:?}: a bias here is [{wanted}]");
                    return Err(DenseFault::tensor(&constant.name, reason));
                }
                layer.bias = Some(numbers);
                Ok(())
            }
            _ => Err(self.refused(node, "adds where no matrix product stands before")),
        }
    }

    fn activate(&mut self, node: &Node) -> Result<(), DenseFault> {
        let alpha = |other| attribute(node, "alpha").map_or(other, |one| one.f);
        let activation = match &*node.op_type {
            "Relu" => Activation::Relu,
            "LeakyRelu" => Activation::LeakyRelu(alpha(0.01)),
            "Elu" => Activation::Elu(alpha(1.0)),
            "Sigmoid" => Activation::Sigmoid,
            "Tanh" => Activation::Tanh,
            "Gelu" => Activation::Gelu,
            "Softmax" => Activation::Softmax,
            _ => {
                return Err(self.refused(
                    node,
                    "is no part of a dense network: it takes MatMul, Gemm, Add and activations; \
                     run the model with `Onnx`",
                ));
            }
        };
        let exact = |one: &super::proto::Attribute| one.s == b"none";
        if activation == Activation::Gelu && !attribute(node, "approximate").is_none_or(exact) {
            return Err(self.refused(node, "is approximate: export it without `approximate`"));
        }
        if activation == Activation::Softmax
            && attribute(node, "axis").is_some_and(|one| !matches!(one.i, -1 | 1))
        {
            return Err(self.refused(node, "runs across messages: its axis must be 1 or -1"));
        }
        let Some(layer) = self.open.take() else {
            return Err(self.refused(node, "activates what no matrix product gave"));
        };
        self.push(layer, activation)
    }

    /// Adds the open layer, without an activation.
    fn close(&mut self) -> Result<(), DenseFault> {
        match self.open.take() {
            Some(layer) => self.push(layer, Activation::Identity),
            None => Ok(()),
        }
    }

    fn push(&mut self, layer: Layer, activation: Activation) -> Result<(), DenseFault> {
        let bias = layer.bias.unwrap_or_else(|| vec![0.0; layer.outputs]);
        let net = std::mem::take(&mut self.net);
        self.net = net.turned(layer.inputs, layer.weights, bias, activation)?;
        Ok(())
    }

    fn constant(&self, node: &Node, at: usize) -> Result<&'a Constant, DenseFault> {
        let name = node.input.get(at).map_or("", |name| &**name);
        let mut constants = self.graph.initializer.iter();
        constants.find(|one| one.name == name).ok_or_else(|| {
            self.refused(
                node,
                format!("takes `{name}`, which is no constant of the file"),
            )
        })
    }
}

fn attribute<'a>(node: &'a Node, name: &str) -> Option<&'a super::proto::Attribute> {
    node.attribute.iter().find(|one| one.name == name)
}

#[expect(clippy::float_cmp, reason = "anything beside exactly 1 is refused")]
fn is_one(x: f32) -> bool {
    x == 1.0
}

fn matrix(constant: &Constant) -> Result<(usize, usize, Vec<f32>), DenseFault> {
    let sizes = constant.dims.iter().map(|&size| usize::try_from(size).ok());
    let numbers = floats(constant)?;
    match sizes.collect::<Option<Vec<_>>>().as_deref() {
        Some(&[rows, columns]) if rows.checked_mul(columns) == Some(numbers.len()) => {
            Ok((rows, columns, numbers))
        }
        _ => {
            let (shape, held) = (&constant.dims, numbers.len());
            let reason =
                format!("has the shape {shape:?} and {held} elements: weights are a table");
            Err(DenseFault::tensor(&constant.name, reason))
        }
    }
}

fn floats(constant: &Constant) -> Result<Vec<f32>, DenseFault> {
    let fault = |reason: String| Err(DenseFault::tensor(&constant.name, reason));
    if constant.data_location != 0 {
        return fault("is kept in another file: save the model as one file".to_owned());
    }
    if constant.data_type != Constant::FLOAT {
        let number = constant.data_type;
        return fault(format!(
            "has the ONNX element type {number}: convert it to float (1)"
        ));
    }
    if constant.raw_data.is_empty() {
        return Ok(constant.float_data.clone());
    }
    match constant.raw_data.as_chunks::<4>() {
        (words, []) => Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect()),
        _ => fault("is cut off in the middle of an element".to_owned()),
    }
}
