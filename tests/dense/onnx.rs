use millpond::inference::DenseNet;

use crate::encode::{Attribute, Node, onnx};
use crate::{answer, refusal};

const W: (&str, &[i64], &[f32]) = ("w", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
const B: (&str, &[i64], &[f32]) = ("b", &[3], &[0.1, 0.2, 0.3]);

#[test]
fn products_sums_and_activations_become_layers() {
    let nodes = [
        Node("MatMul", "", &["x", "w"], "p", &[]),
        Node("Add", "", &["b", "p"], "s", &[]),
        Node(
            "LeakyRelu",
            "",
            &["s"],
            "r",
            &[Attribute::Float("alpha", 0.5)],
        ),
        Node(
            "Gemm",
            "",
            &["r", "v", "c"],
            "g",
            &[Attribute::Int("transB", 1)],
        ),
        Node("Softmax", "", &["g"], "y", &[Attribute::Int("axis", -1)]),
    ];
    let v = ("v", &[2, 3][..], &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0][..]);
    let c = ("c", &[1, 2][..], &[2.0, 0.0][..]);
    let net = DenseNet::from_bytes(&onnx(&nodes, &[W, B, v, c])).unwrap();

    assert_eq!(net.to_string(), "2 -> 3 leaky-relu(0.5) -> 2 softmax");
    let y = answer(&net, &[-1.0, 1.0]);
    // 3.1 + 2 against 3.3: the share of e^1.8.
    let share = 1.0 / (1.0 + (-1.8_f32).exp());
    assert!((y[0] - share).abs() < 1e-6, "{y:?}");
}

#[test]
fn a_layer_may_go_without_bias_and_activation() {
    let nodes = [
        Node("MatMul", "", &["x", "w"], "p", &[]),
        Node("Gemm", "", &["p", "v"], "y", &[]),
    ];
    let v = ("v", &[3, 1][..], &[1.0, 1.0, 1.0][..]);
    let net = DenseNet::from_bytes(&onnx(&nodes, &[W, v])).unwrap();

    assert_eq!(net.to_string(), "2 -> 3 identity -> 1 identity");
    assert_eq!(answer(&net, &[1.0, 1.0]), [21.0]);
}

#[test]
fn any_other_node_is_refused_by_name_and_operation() {
    let nodes = [
        Node("MatMul", "first", &["x", "w"], "p", &[]),
        Node("Conv", "second", &["p", "w"], "y", &[]),
    ];
    assert_eq!(
        refusal(&onnx(&nodes, &[W])),
        "node `second` (Conv) is no part of a dense network: it takes MatMul, Gemm, Add and \
         activations; run the model with `Onnx`",
    );
}

#[test]
fn what_is_no_chain_is_refused() {
    let branch = [
        Node("MatMul", "a", &["x", "w"], "y", &[]),
        Node("Relu", "b", &["x"], "z", &[]),
    ];
    assert_eq!(
        refusal(&onnx(&branch, &[W])),
        "node `b` (Relu) takes what another node takes too: a dense network is one chain",
    );
    let apart = [
        Node("MatMul", "a", &["x", "w"], "y", &[]),
        Node("Relu", "", &["z"], "q", &[]),
    ];
    assert_eq!(
        refusal(&onnx(&apart, &[W])),
        "node `number 1` (Relu) is not in the chain from the input",
    );
    let unfinished = [Node("MatMul", "a", &["x", "w"], "p", &[])];
    assert_eq!(
        refusal(&onnx(&unfinished, &[W])),
        "the chain of nodes ends at `p` and not at the output `y`",
    );
    let ring = [
        Node("MatMul", "a", &["x", "w"], "y", &[]),
        Node("Relu", "b", &["y"], "y", &[]),
        Node("Relu", "c", &["z"], "z", &[]),
    ];
    assert!(DenseNet::from_bytes(&onnx(&ring, &[W])).is_err());
}

#[test]
fn what_an_attribute_changes_is_not_ignored() {
    let one = |node| {
        refusal(&onnx(
            &[Node("MatMul", "a", &["x", "w"], "p", &[]), node],
            &[W],
        ))
    };
    let gelu = &[Attribute::Text("approximate", "tanh")];
    assert_eq!(
        one(Node("Gelu", "g", &["p"], "y", gelu)),
        "node `g` (Gelu) is approximate: export it without `approximate`",
    );
    let axis = &[Attribute::Int("axis", 0)];
    assert_eq!(
        one(Node("Softmax", "s", &["p"], "y", axis)),
        "node `s` (Softmax) runs across messages: its axis must be 1 or -1",
    );
    let scaled = &[Attribute::Float("alpha", 2.0)];
    assert_eq!(
        refusal(&onnx(&[Node("Gemm", "g", &["x", "w"], "y", scaled)], &[W])),
        "node `g` (Gemm) has an alpha or beta beside 1: fold it into weights",
    );
}

#[test]
fn constants_that_do_not_fit_are_named() {
    let add = [
        Node("MatMul", "a", &["x", "w"], "p", &[]),
        Node("Add", "b", &["p", "b"], "y", &[]),
    ];
    let short = ("b", &[2][..], &[1.0, 1.0][..]);
    assert_eq!(
        refusal(&onnx(&add, &[W, short])),
        "tensor `b` has the shape [2]: a bias here is [3]",
    );
    assert_eq!(
        refusal(&onnx(&add, &[W])),
        "node `b` (Add) takes `b`, which is no constant of the file",
    );
    let lies = ("w", &[200, 300][..], &[1.0][..]);
    assert_eq!(
        refusal(&onnx(&add[..1], &[lies])),
        "tensor `w` has the shape [200, 300] and 1 elements: weights are a table",
    );
}
