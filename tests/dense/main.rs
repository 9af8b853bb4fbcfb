//! Networks of dense layers: their files, and the backend that runs them.

#![expect(clippy::unwrap_used, reason = "tests")]

mod backend;
mod encode;
mod malformed;
mod onnx;
mod safetensors;

use millpond::inference::DenseNet;
use millpond::message::Tensor;

/// What a network makes of one row.
fn answer(net: &DenseNet, row: &[f32]) -> Vec<f32> {
    let x = Tensor::new([1, row.len()], row.to_vec()).unwrap();
    let y = net.run(&x.into()).unwrap().into_host().unwrap();
    y.into_vec::<f32>().unwrap()
}

/// Why bytes are no network.
fn refusal(bytes: &[u8]) -> String {
    DenseNet::from_bytes(bytes).unwrap_err().to_string()
}
