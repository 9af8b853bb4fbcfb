use millpond::inference::DenseNet;

use crate::encode::safetensors;
use crate::{answer, refusal};

const WEIGHT: (&str, &[usize], &[f32]) = ("net.0.weight", &[2, 1], &[1.0, -1.0]);
const BIAS: (&str, &[usize], &[f32]) = ("net.0.bias", &[2], &[0.5, 0.5]);
const SECOND: (&str, &[usize], &[f32]) = ("net.10.weight", &[1, 2], &[1.0, 10.0]);

#[test]
fn layers_follow_their_numbers_and_names_come_from_the_metadata() {
    let metadata = [
        ("activations", "relu, identity"),
        ("input", "in"),
        ("output", "out"),
    ];
    // In another order than that of the numbers.
    let file = safetensors(&metadata, &[SECOND, BIAS, WEIGHT]);
    let net = DenseNet::from_bytes(&file).unwrap();

    assert_eq!(net.to_string(), "1 -> 2 relu -> 1 identity");
    assert_eq!(
        net.signature().to_string(),
        "(in: f32[rows, 1]) -> (out: f32[rows, 1])",
    );
    assert_eq!(answer(&net, &[2.0]), [2.5]);
    assert_eq!(answer(&net, &[-2.0]), [25.0]);
}

#[test]
fn listed_layers_need_no_numbers() {
    let metadata = [
        ("layers", "encode,decode"),
        ("activations", "identity,tanh"),
    ];
    let tensors = [
        ("decode.weight", &[1, 1][..], &[2.0][..]),
        ("encode.weight", &[1, 1], &[0.0]),
        ("encode.bias", &[1], &[0.5]),
    ];
    let net = DenseNet::from_bytes(&safetensors(&metadata, &tensors)).unwrap();

    assert_eq!(net.to_string(), "1 -> 1 identity -> 1 tanh");
    assert!((answer(&net, &[9.0])[0] - 1_f32.tanh()).abs() < 1e-6);
}

#[test]
fn what_is_missing_is_named_with_what_to_write() {
    assert_eq!(
        refusal(&safetensors(&[], &[WEIGHT])),
        "metadata `activations` is missing: name 1, one for each layer, such as `relu`",
    );
    assert_eq!(
        refusal(&safetensors(&[("activations", "relu,relu")], &[WEIGHT])),
        "metadata `activations` names 2, but there are 1 layers",
    );
    assert_eq!(
        refusal(&safetensors(&[("activations", "swish")], &[WEIGHT])),
        "metadata `activations` has `swish`, which is none: use `identity`, `relu`, `leaky-relu`, \
         `elu`, `sigmoid`, `tanh`, `gelu` or `softmax`",
    );
    assert_eq!(
        refusal(&safetensors(&[("activations", "relu")], &[BIAS])),
        "tensor `net.0.weight` is missing",
    );
    let other = ("tail.0.weight", &[1, 2][..], &[1.0, 1.0][..]);
    assert_eq!(
        refusal(&safetensors(
            &[("activations", "relu,relu")],
            &[WEIGHT, other]
        )),
        "metadata `layers` is missing, and the place of layer `tail.0` cannot be told from its \
         name: list the layers in order, separated by commas",
    );
    assert_eq!(
        refusal(&safetensors(
            &[("activations", "relu"), ("layers", "a")],
            &[WEIGHT]
        )),
        "metadata `layers` names [\"a\"], the tensors belong to {\"net.0\"}",
    );
}

#[test]
fn tensors_that_do_not_fit_are_named() {
    let one = [("activations", "relu")];
    let flat = ("net.0.weight", &[2][..], &[1.0, 1.0][..]);
    assert_eq!(
        refusal(&safetensors(&one, &[flat])),
        "tensor `net.0.weight` has the shape [2]: it takes [outputs, inputs]",
    );
    let short = ("net.0.bias", &[1][..], &[1.0][..]);
    assert_eq!(
        refusal(&safetensors(&one, &[WEIGHT, short])),
        "tensor `net.0.bias` has the shape [1]: it takes [2]",
    );
    let stray = ("steps", &[1][..], &[1.0][..]);
    assert_eq!(
        refusal(&safetensors(&one, &[WEIGHT, stray])),
        "tensor `steps` belongs to no layer: tensors end in `.weight` or `.bias`",
    );
    let wide = ("net.1.weight", &[1, 3][..], &[1.0, 1.0, 1.0][..]);
    assert_eq!(
        refusal(&safetensors(
            &[("activations", "relu,relu")],
            &[WEIGHT, wide]
        )),
        "layer 1 takes 3 elements, but the one before gives 2",
    );
}

#[test]
fn a_file_that_is_missing_is_named() {
    let error = DenseNet::load("no/such/model").unwrap_err().to_string();
    assert!(
        error.starts_with("model `no/such/model`: the file cannot be read: "),
        "{error}",
    );
}
