//! The ONNX backend, on models written here and on the Magika model.

mod file;
mod load;
mod magika;
mod run;
mod stage;

use std::thread;

use millpond::inference::{Backend, Onnx};
use millpond::node::Workers;

/// Starts the backend on threads that end with it.
fn started(mut model: Onnx) -> Onnx {
    let workers =
        Workers::new(|name, body| thread::Builder::new().name(name).spawn(body).map(drop));
    model.start(&workers).unwrap();
    model
}
