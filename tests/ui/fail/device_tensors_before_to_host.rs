//! Tensors that may live on a device are read without `to_host()`.

use millpond::Pipeline;
use millpond::device::DeviceTensors;
use millpond::stages::{FromIter, TensorsToJson};

fn main() {
    let _ = Pipeline::named("scores")
        .source(FromIter::new(Vec::<DeviceTensors>::new()))
        .stage(TensorsToJson::default());
}
