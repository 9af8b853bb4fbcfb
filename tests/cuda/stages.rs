//! The stages of a device give the same on it as on the processor.

use millpond::Pipeline;
use millpond::device::DeviceChoice;
use millpond::message::{Tensor, Tensors};
use millpond::stages::{
    FromIter, Normalise, ReconstructionError, SigmoidThreshold, Softmax, ToDevice,
};
use tokio::sync::mpsc;

use crate::emulator::Emulator;

fn batch(number: u8) -> Tensors {
    let x = (0..12_u8).map(|i| f32::from(i * 7 % 5 + number)).collect();
    Tensors::new().with("x", Tensor::new([4, 3], x).unwrap())
}

/// What comes out of one pipeline on this device.
async fn scored(device: DeviceChoice) -> Vec<Tensors> {
    let normalise = Normalise::builder()
        .input("x")
        .output("y")
        .mean(vec![1.0, 2.0, 3.0])
        .deviation(vec![1.5, 0.3, 7.0])
        .build();
    let error = ReconstructionError::builder()
        .input("x")
        .rebuilt("y")
        .output("error")
        .build();
    let (kept, mut came) = mpsc::channel(8);
    Pipeline::named("scores")
        .source(FromIter::new((0..5).map(batch)))
        .stage(ToDevice::builder().device(device).build())
        .stage(normalise)
        .stage(error)
        .stage(Softmax::builder().input("y").build())
        .stage(
            SigmoidThreshold::builder()
                .input("error")
                .output("alert")
                .build(),
        )
        .to_host()
        .for_each("keep", move |batch: Tensors| kept.try_send(batch).unwrap())
        .run()
        .await
        .unwrap();
    let mut batches = Vec::new();
    while let Some(batch) = came.recv().await {
        batches.push(batch);
    }
    batches
}

#[tokio::test]
async fn a_pipeline_gives_the_same_on_every_device() {
    let emulator = Emulator::fresh();
    let here = scored(DeviceChoice::Cpu).await;
    assert_eq!(emulator.count("contexts"), 0);
    let there = scored(DeviceChoice::Cuda(0)).await;

    assert_eq!((here.len(), &here), (5, &there));
    assert_eq!(there, scored(DeviceChoice::Auto).await);
    emulator.assert_clean();
}
