use millpond::inference::DenseNet;
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, proptest};
use proptest::sample::Index;

use crate::encode::{Attribute, Node, onnx, safetensors};

/// A whole file of each format.
fn whole() -> [Vec<u8>; 2] {
    let tensors = [
        ("0.weight", &[2, 2][..], &[1.0; 4][..]),
        ("0.bias", &[2], &[1.0; 2]),
    ];
    let gemm = Node(
        "Gemm",
        "g",
        &["x", "w"],
        "p",
        &[Attribute::Int("transB", 1)],
    );
    let relu = Node("Relu", "r", &["p"], "y", &[]);
    [
        safetensors(&[("activations", "relu")], &tensors),
        onnx(&[gemm, relu], &[("w", &[2, 2], &[1.0; 4])]),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read_but_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(net) = DenseNet::from_bytes(&bytes) {
            prop_assert!(!net.layers().is_empty());
        }
    }

    #[test]
    fn a_file_that_is_cut_off_is_refused(cut in any::<Index>()) {
        for file in whole() {
            let cut = cut.index(file.len());
            prop_assert!(DenseNet::from_bytes(&file[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn changed_bytes_are_refused_or_give_a_network_that_runs(
        changes in vec((any::<Index>(), any::<u8>()), 1..6),
    ) {
        for mut file in whole() {
            for (place, byte) in &changes {
                let place = place.index(file.len());
                file[place] = *byte;
            }
            if let Ok(net) = DenseNet::from_bytes(&file) {
                let inputs = net.layers()[0].inputs();
                let x = millpond::message::Tensor::zeros::<f32>(3, &[inputs]).unwrap();
                prop_assert!(net.run(&x.into()).is_ok());
            }
        }
    }
}
