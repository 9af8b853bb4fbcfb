//! What a slot keeps from batch to batch: its memory, and the work of batches
//! whose shapes come again.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use millpond::device::ops::{self, DenseLayer};
use millpond::device::{
    Activation, CudaDevice, DeviceError, DeviceTensor, DeviceTensors, OpenDevice,
};
use millpond::inference::{
    Backend, Cuda, DeviceForest, DeviceModel, Forest, Signature, TensorSpec,
};
use millpond::message::{Tensor, Tensors};

use crate::dense;
use crate::emulator::Emulator;
use crate::models::{Echo, answer, batch, started, workers};
use crate::trees::{model, rows};

/// Says that it is repeatable, of a `run` that is given.
struct Said<F> {
    signature: Signature,
    run: F,
}

/// Takes pairs of numbers called `x`, and gives pairs of these names.
fn said<F>(outputs: &[&str], run: F) -> Said<F>
where
    F: Fn(DeviceTensors) -> Result<DeviceTensors, DeviceError> + Send + Sync + 'static,
{
    let pairs = |name: &&str| TensorSpec::of::<f32>(*name, [2]);
    let signature = Signature {
        inputs: vec![pairs(&"x")],
        outputs: outputs.iter().map(pairs).collect(),
    };
    Said { signature, run }
}

/// Gives what `run` makes of `x`, as `y`.
fn running(
    run: impl Fn(DeviceTensor) -> Result<DeviceTensor, DeviceError> + Send + Sync + 'static,
) -> impl DeviceModel {
    said(&["y"], move |mut inputs| {
        let y = run(inputs.remove("x")?)?;
        Ok(DeviceTensors::new().with("y", y))
    })
}

impl<F> DeviceModel for Said<F>
where
    F: Fn(DeviceTensors) -> Result<DeviceTensors, DeviceError> + Send + Sync + 'static,
{
    type Loaded = ();

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn bytes(&self) -> usize {
        0
    }

    fn load(&self, _: &CudaDevice) -> Result<(), DeviceError> {
        Ok(())
    }

    fn run(&self, (): &(), inputs: DeviceTensors) -> Result<DeviceTensors, DeviceError> {
        (self.run)(inputs)
    }

    fn is_repeatable(&self) -> bool {
        true
    }
}

/// Asks for the same rows so often; each answer is what `run` gives of them.
async fn asks<M: DeviceModel>(backend: &Cuda<M>, times: usize, expected: [f32; 2]) {
    for time in 0..times {
        let x = Tensor::new([1, 2], vec![0.0_f32, 0.0]).unwrap();
        let found = backend.infer(Tensors::new().with("x", x)).await.unwrap();
        let y = found.get("y").unwrap().as_slice::<f32>().unwrap();
        assert_eq!(y, expected, "time {time}");
    }
}

/// Asks so often; each answer is right, and nothing is recorded.
async fn never_records<M: DeviceModel>(emulator: &Emulator, backend: Cuda<M>, times: usize) {
    asks(&backend, times, [0.5, 0.5]).await;
    assert_eq!(emulator.count("graphs"), 0);
    backend.shutdown().await;
}

/// Runs two batches in two slots, neither of which is done before both are at
/// `point`.
async fn in_both_slots<M: DeviceModel>(
    emulator: &Emulator,
    backend: &Cuda<M>,
    (point, counter): (&str, &str),
    batches: [Tensors; 2],
) -> [Tensors; 2] {
    emulator.control(&format!(
        r#"{{"faults": [{{"on": "{point}", "times": 1000, "hold": true}}]}}"#
    ));
    let begun = async {
        emulator.reaches(counter, 2).await;
        emulator.control(r#"{"faults": [], "release": true}"#);
    };
    let [one, other] = batches.map(|batch| backend.infer(batch));
    let (one, other, ()) = tokio::join!(one, other, begun);
    [one.unwrap(), other.unwrap()]
}

/// So many rows, which are others for another `skip`.
fn late(skip: usize, count: usize) -> Tensors {
    let rows = rows(skip + count);
    let all = rows.get("features").unwrap();
    let elements = &all.as_slice::<f32>().unwrap()[skip * all.row_len()..];
    let features = Tensor::new([count, all.row_len()], elements.to_vec()).unwrap();
    Tensors::new().with("features", features)
}

#[tokio::test]
async fn shapes_that_come_again_are_queued_by_one_call() {
    let emulator = Emulator::fresh();
    let backend = started(DeviceForest::new(model(1)), 1);
    let twin = Forest::new(model(1));
    for (time, launched) in [0, 1, 2, 3].into_iter().enumerate() {
        let batch = late(time, 20);
        let found = backend.infer(batch.clone()).await.unwrap();

        assert_eq!(found, twin.run(&batch).unwrap());
        assert_eq!(emulator.count("graph_launches"), launched);
        assert_eq!(emulator.count("graphs"), launched.min(1));
    }
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn shapes_that_take_turns_give_the_answers_of_each() {
    let emulator = Emulator::fresh();
    let backend = started(DeviceForest::new(model(2)), 1);
    let twin = Forest::new(model(2));
    // The larger ones need other pinned memory than the first were recorded with.
    let sizes = [3, 3, 3, 200, 3, 3, 200, 200, 3, 0, 0, 0, 17, 200, 3];
    for (time, count) in sizes.into_iter().enumerate() {
        let batch = late(time, count);
        let found = backend.infer(batch.clone()).await.unwrap();
        assert_eq!(
            found,
            twin.run(&batch).unwrap(),
            "time {time}, {count} rows"
        );
    }
    // All but the first of each, which is another one once larger batches have
    // come; those without rows are not recorded.
    assert_eq!(emulator.count("graph_launches"), 8);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn shapes_are_recorded_again_after_ever_larger_batches() {
    let emulator = Emulator::fresh();
    let backend = started(running(|x| ops::sigmoid(&x)), 1);
    for rows in [20, 40, 80, 160, 320] {
        asks(&backend, 2, [0.5, 0.5]).await;
        let x = Tensor::zeros::<f32>(rows, &[2]).unwrap();
        backend.infer(Tensors::new().with("x", x)).await.unwrap();
    }
    assert_eq!(emulator.count("graph_launches"), 5);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn warming_up_records_the_largest_part_in_every_slot() {
    let emulator = Emulator::fresh();
    let backend = started(DeviceForest::new(model(3)), 3);
    backend.warm_up().await.unwrap();
    assert_eq!(emulator.count("graphs"), 3);

    let launched = emulator.count("graph_launches");
    let batch = late(0, 1_024);
    let found = backend.infer(batch.clone()).await.unwrap();
    assert_eq!(found, Forest::new(model(3)).run(&batch).unwrap());
    assert_eq!(emulator.count("graph_launches"), launched + 1);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn the_memory_of_a_slot_stays_there_from_batch_to_batch() {
    let emulator = Emulator::fresh();
    let backend = started(Echo::of(4), 1);
    backend.infer(batch(0, 100, 4)).await.unwrap();
    let held = ["allocations", "bytes", "pinned"].map(|name| emulator.count(name));
    assert_eq!(held[0], 1);
    // Those of 70 rows and of 120 take what 100 have left.
    emulator.control(r#"{"faults": [{"on": "alloc", "times": 1000}]}"#);
    for rows in [100, 120, 70, 100] {
        let found = backend.infer(batch(7, rows, 4)).await.unwrap();
        assert_eq!(found, answer(7, rows, 4));
    }

    let still = ["allocations", "bytes", "pinned"].map(|name| emulator.count(name));
    assert_eq!(held, still);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn the_memory_of_slots_that_are_replaced_is_given_back() {
    let emulator = Emulator::fresh();
    let mut backend = started(DeviceForest::new(model(4)), 2);
    let weights = emulator.count("allocations");
    for _ in 0..3 {
        backend.infer(late(0, 50)).await.unwrap();
        assert_eq!(emulator.count("allocations"), weights + 2);
    }
    // Whose stream has read the weights.
    backend.start(&workers()).unwrap();
    emulator.becomes("pending", |pending| pending == 0).await;
    assert_eq!(emulator.count("allocations"), weights);
    assert_eq!(emulator.count("graphs"), 0);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn memory_that_is_dropped_while_work_is_recorded_is_freed_later() {
    let emulator = Emulator::fresh();
    let there = CudaDevice::open(0).unwrap();
    let rows = Tensor::zeros::<f32>(1, &[2]).unwrap();
    let read_once = Mutex::new(Some(there.put(&rows).unwrap()));
    let times = AtomicUsize::new(0);
    let backend = started(
        running(move |x| {
            let mut read_once = read_once.lock().unwrap();
            match times.fetch_add(1, Ordering::Relaxed) {
                0 => drop(ops::reconstruction_error(&x, read_once.as_ref().unwrap())?),
                _ => *read_once = None,
            }
            ops::sigmoid(&x)
        }),
        1,
    );
    asks(&backend, 3, [0.5, 0.5]).await;
    assert_eq!(emulator.count("graph_launches"), 2);
    backend.shutdown().await;
    drop(there);
    emulator.assert_clean();
}

#[tokio::test]
async fn several_outputs_and_one_that_is_an_input_come_back_from_a_graph() {
    let emulator = Emulator::fresh();
    let both = said(&["x", "doubt"], |inputs| {
        let doubt = ops::sigmoid(inputs.get("x")?)?;
        Ok(inputs.with("doubt", doubt))
    });
    let backend = started(both, 1);
    for time in 0..4_u8 {
        let x: Vec<_> = (0..6).map(|n| f32::from(n + time) / 8.0).collect();
        let x = Tensor::new([3, 2], x).unwrap();
        let doubt = ops::sigmoid(&DeviceTensor::from(x.clone())).unwrap();
        let doubt = doubt.into_host().unwrap();
        let expected = Tensors::new().with("x", x.clone()).with("doubt", doubt);
        let found = backend.infer(Tensors::new().with("x", x)).await.unwrap();
        assert_eq!(found, expected);
    }
    assert_eq!(emulator.count("graph_launches"), 3);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn a_batch_that_fits_only_without_rounding_is_run_whole() {
    let emulator = Emulator::with(r#"{"memory_bytes": 12288}"#);
    let backend = started(Echo::of(16), 1);
    // 9,600 bytes, which are rounded up to 16,384.
    for first in 0..3 {
        let found = backend.infer(batch(first, 150, 16)).await.unwrap();
        assert_eq!(found, answer(first, 150, 16));
    }
    assert_eq!(emulator.count("copies"), 6);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn memory_that_idle_slots_keep_makes_no_part_smaller() {
    let emulator = Emulator::with(r#"{"memory_bytes": 20480}"#);
    let backend = started(Echo::of(16), 2);
    // 8 KiB in either slot.
    let batches = [batch(1, 100, 16), batch(2, 100, 16)];
    let answers = in_both_slots(&emulator, &backend, ("copy", "copies"), batches).await;
    assert_eq!(answers, [answer(1, 100, 16), answer(2, 100, 16)]);
    assert_eq!(emulator.count("bytes"), 16_384);

    // 16 KiB, of which 4 are left beside what both keep.
    let copies = emulator.count("copies");
    let found = backend.infer(batch(0, 250, 16)).await.unwrap();
    assert_eq!(found, answer(0, 250, 16));
    assert_eq!(emulator.count("copies"), copies + 2, "one part");
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn graphs_of_idle_slots_make_no_part_smaller() {
    let emulator = Emulator::with(r#"{"memory_bytes": 66000}"#);
    let backend = Cuda::open(running(|x| ops::sigmoid(&x)), 0).unwrap();
    let mut backend = backend
        .max_part(NonZeroUsize::new(4_096).unwrap())
        .slots_each(NonZeroUsize::new(2).unwrap());
    backend.start(&workers()).unwrap();
    let zeros = |rows| Tensors::new().with("x", Tensor::zeros::<f32>(rows, &[2]).unwrap());
    // Either slot runs a batch, and then records one.
    for held in [("copy", "copies"), ("graph", "graph_launches")] {
        let batches = [zeros(1_000), zeros(1_000)];
        in_both_slots(&emulator, &backend, held, batches).await;
    }
    assert_eq!(emulator.count("graphs"), 2);
    assert_eq!(emulator.count("bytes"), 4 * 8_192);

    // 65,536 bytes.
    let copies = emulator.count("copies");
    backend.infer(zeros(3_000)).await.unwrap();
    // The first attempt has room for the input.
    assert_eq!(emulator.count("copies"), copies + 1 + 2, "one part");
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn work_that_waits_is_not_recorded() {
    let emulator = Emulator::fresh();
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ran);
    let backend = started(
        running(move |x: DeviceTensor| {
            counted.fetch_add(1, Ordering::Relaxed);
            let y = ops::sigmoid(&x)?;
            // Even if it does not mind that it cannot wait.
            drop(x.into_host());
            Ok(y)
        }),
        1,
    );
    never_records(&emulator, backend, 6).await;
    assert_eq!(ran.load(Ordering::Relaxed), 6 + 3, "three attempts");
    emulator.assert_clean();
}

#[tokio::test]
async fn work_that_involves_another_stream_is_not_recorded() {
    let emulator = Emulator::fresh();
    let there = CudaDevice::open(0).unwrap();
    let rows = Tensor::new([1, 2], vec![1.0_f32; 2]).unwrap();
    let rows = there.put(&rows).unwrap();
    let backend = started(
        running(move |x| {
            // On the stream of the first operand, which waits for that of the
            // other. The model does not mind that it cannot.
            drop(ops::reconstruction_error(&rows, &x));
            ops::sigmoid(&x)
        }),
        1,
    );
    never_records(&emulator, backend, 4).await;
    drop(there);
    emulator.assert_clean();
}

#[tokio::test]
async fn work_that_waits_elsewhere_is_not_recorded() {
    let emulator = Emulator::fresh();
    let there = CudaDevice::open(0).unwrap();
    let lent = there.clone();
    let backend = started(
        running(move |x| {
            // The driver lets no thread do so while it records.
            drop(lent.put(&Tensor::zeros::<f32>(1, &[2])?));
            ops::sigmoid(&x)
        }),
        1,
    );
    never_records(&emulator, backend, 4).await;
    drop(there);
    emulator.assert_clean();
}

#[tokio::test]
async fn work_that_leaves_memory_in_use_is_not_recorded() {
    let emulator = Emulator::fresh();
    let kept = Mutex::new(Vec::new());
    let backend = started(
        running(move |x| {
            let y = ops::sigmoid(&x)?;
            let mut kept = kept.lock().unwrap();
            // Of the first batch, which is not recorded, nothing.
            let later = !kept.is_empty();
            kept.push(later.then_some(x));
            Ok(y)
        }),
        1,
    );
    never_records(&emulator, backend, 4).await;
    emulator.assert_clean();
}

#[tokio::test]
async fn recorded_work_holds_the_memory_that_it_uses() {
    let emulator = Emulator::fresh();
    let there = OpenDevice::Cuda(CudaDevice::open(0).unwrap());
    let bias = Tensor::new([2], vec![1.0_f32, 2.0]).unwrap();
    let weights = Tensor::zeros::<f32>(2, &[2]).unwrap();
    let layer = DenseLayer::new(weights.into(), bias.into(), Activation::Identity);
    let layer = Arc::new(Mutex::new(Some(layer.unwrap().on(&there).unwrap())));
    let lent = Arc::clone(&layer);
    let backend = started(
        running(move |x| ops::dense(&x, lent.lock().unwrap().as_ref().unwrap())),
        1,
    );
    asks(&backend, 2, [1.0, 2.0]).await;
    drop(layer.lock().unwrap().take());
    asks(&backend, 2, [1.0, 2.0]).await;

    assert_eq!(emulator.count("graph_launches"), 3);
    backend.shutdown().await;
    drop(there);
    emulator.assert_clean();
}

#[tokio::test]
async fn a_panic_while_work_is_recorded_costs_its_batch_alone() {
    let emulator = Emulator::fresh();
    let times = AtomicUsize::new(0);
    let backend = started(
        running(move |x| {
            let y = ops::sigmoid(&x)?;
            let time = times.fetch_add(1, Ordering::Relaxed);
            assert!(time != 1, "the second time");
            Ok(y)
        }),
        1,
    );
    asks(&backend, 1, [0.5, 0.5]).await;
    let x = Tensor::new([1, 2], vec![0.0_f32, 0.0]).unwrap();
    let error = backend
        .infer(Tensors::new().with("x", x))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the model panicked: the second time");
    asks(&backend, 3, [0.5, 0.5]).await;

    assert!(emulator.count("graph_launches") > 0);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn a_graph_that_cannot_be_made_or_queued_costs_no_batch() {
    let emulator = Emulator::fresh();
    for nth in 1..12 {
        let backend = started(running(|x| ops::sigmoid(&x)), 1);
        emulator.control(&format!(
            r#"{{"faults": [{{"on": "graph", "nth": {nth}, "error": "CUDA_ERROR_INVALID_VALUE"}}]}}"#
        ));
        asks(&backend, 6, [0.5, 0.5]).await;
        backend.shutdown().await;
    }
    assert!(emulator.count("injected") >= 4);
    emulator.assert_clean();
}

/// How many calls of the driver the last of five batches takes.
async fn calls<M: DeviceModel>(emulator: &Emulator, model: M, inputs: Tensors) -> u64 {
    let backend = started(model, 1);
    let mut calls = 0;
    for _ in 0..5 {
        let before = emulator.count("calls");
        backend.infer(inputs.clone()).await.unwrap();
        calls = emulator.count("calls") - before;
    }
    backend.shutdown().await;
    calls
}

#[tokio::test]
async fn a_recorded_batch_takes_the_same_calls_whatever_its_work() {
    let emulator = Emulator::fresh();
    let x = Tensors::new().with("x", Tensor::zeros::<f32>(16, &[19]).unwrap());
    let layers = calls(&emulator, dense::net(), x).await;
    let trees = calls(&emulator, DeviceForest::new(model(1)), late(0, 16)).await;
    let x = Tensors::new().with("x", Tensor::zeros::<f32>(16, &[2]).unwrap());
    let sigmoid = calls(&emulator, running(|x| ops::sigmoid(&x)), x).await;

    // The launch and two waits, with what belongs to these.
    assert_eq!([layers, trees, sigmoid], [18; 3]);
    emulator.assert_clean();
}
