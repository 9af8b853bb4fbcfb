//! The stages of a device give the same on it as on the processor.

use std::path::Path;

use millpond::Pipeline;
use millpond::device::DeviceChoice;
use millpond::inference::Forest;
use millpond::message::{Tensor, Tensors};
use millpond::stages::{
    ForestMargins, FromIter, Normalise, ReconstructionError, SigmoidThreshold, Softmax, ToDevice,
};
use tokio::sync::mpsc;

use crate::emulator::Emulator;
use crate::trees::{model, rows, text};

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
    let launched = emulator.count("launches");
    assert_eq!(there, scored(DeviceChoice::Auto).await);
    assert_eq!(emulator.count("launches"), 2 * launched);
    emulator.assert_clean();
}

/// What a forest in a pipeline gives on this device, and what died of it.
async fn margins(device: DeviceChoice, model: &Path) -> (Vec<Tensors>, u64) {
    let narrow = Tensors::new().with("features", Tensor::zeros::<f32>(2, &[3]).unwrap());
    let (kept, mut came) = mpsc::channel(8);
    let report = Pipeline::named("margins")
        .source(FromIter::new([rows(3), narrow, rows(0), rows(300)]))
        .stage(ToDevice::builder().device(device).build())
        .stage(ForestMargins::builder().model(model).build())
        .to_host()
        .for_each("keep", move |batch: Tensors| kept.try_send(batch).unwrap())
        .run()
        .await
        .unwrap();
    let mut batches = Vec::new();
    while let Some(batch) = came.recv().await {
        batches.push(batch);
    }
    (batches, report.node("forest").dead_lettered)
}

#[tokio::test]
async fn a_forest_in_a_pipeline_gives_the_same_on_every_device() {
    let emulator = Emulator::fresh();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.txt");
    std::fs::write(&path, text(1)).unwrap();
    let (here, dead) = margins(DeviceChoice::Cpu, &path).await;
    assert_eq!((here.len(), dead, emulator.count("contexts")), (3, 1, 0));
    let backend = Forest::new(model(1));
    for (batch, count) in here.iter().zip([3, 0, 300]) {
        let expected = backend.run(&rows(count)).unwrap();
        assert_eq!(batch.get("margin"), expected.get("margin"));
    }

    let (there, dead) = margins(DeviceChoice::Cuda(0), &path).await;
    assert_eq!((shown(&there), dead), (shown(&here), 1));
    assert!(emulator.count("launches") > 0);
    emulator.assert_clean();
}

/// The margins of batches, as NaN among the features is equal to nothing.
fn shown(batches: &[Tensors]) -> Vec<&Tensor> {
    batches
        .iter()
        .map(|batch| batch.get("margin").unwrap())
        .collect()
}
