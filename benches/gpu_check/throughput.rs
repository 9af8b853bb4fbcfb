use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use millpond::device::{CudaDevice, DeviceError, DeviceTensors};
use millpond::inference::{Backend, Cuda, DenseNet, DeviceModel, Infer, InferError, Signature};
use millpond::message::Tensors;
use millpond::node::Workers;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::model::{self, WIDTH, numbers};
use crate::report::Report;

/// What one measurement runs.
struct Amount {
    batches: usize,
    rows: usize,
    rounds: usize,
}

impl Amount {
    /// The emulator interprets every instruction: enough is less there.
    fn of(report: &Report) -> Self {
        if report.is_emulated() {
            Self {
                batches: 6,
                rows: 16,
                rounds: 1,
            }
        } else {
            Self {
                batches: 400,
                rows: 4_096,
                rounds: 9,
            }
        }
    }
}

type Measured<T> = Result<T, Box<dyn Error>>;

/// Compares the backend with several slots on the device with one slot, which
/// copies in, computes and copies out one after another.
pub(crate) fn overlap(device: &CudaDevice, report: &mut Report) -> Measured<()> {
    let amount = Amount::of(report);
    let one = Loaded::on(device, NonZeroUsize::MIN)?;
    let several = Loaded::on(device, SEVERAL)?;
    let ratio = time_ratio(&one, &several, &amount)?;
    report.figure(
        "overlap: 4 slots over 1 slot",
        ratio,
        1.1,
        "rows per time; more than 1 if copies and compute overlap",
    );
    Ok(())
}

const SEVERAL: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);

/// Compares a pipeline, message by message, with a loop around the same
/// backend.
pub(crate) fn over_bare_loop(device: &CudaDevice, report: &mut Report) -> Measured<()> {
    let amount = Amount::of(report);
    let backend = Loaded::on(device, SEVERAL)?;
    let ratio = rounds(&amount, || {
        let bare = bare_loop(&backend, &amount)?;
        Ok(bare.div_duration_f64(pipeline(&backend, &amount)?))
    })?;
    report.figure(
        "throughput: pipeline over bare loop",
        ratio,
        0.9,
        "rows per time, batches of the same size",
    );
    Ok(())
}

/// Compares small batches whose work is queued by one call with the same ones
/// queued call by call.
pub(crate) fn graphs(device: &CudaDevice, report: &mut Report) -> Measured<()> {
    let amount = Amount {
        rows: 16,
        ..Amount::of(report)
    };
    let graphs = Loaded::on(device, SEVERAL)?;
    let calls = Loaded::with(CallByCall(model::net()?), device, SEVERAL)?;
    // Recorded before the first round.
    bare_loop(&graphs, &amount)?;
    bare_loop(&calls, &amount)?;
    let ratio = time_ratio(&calls, &graphs, &amount)?;
    report.figure(
        "graphs: one call over call by call",
        ratio,
        1.0,
        "rows per time, batches of 16 rows",
    );
    Ok(())
}

/// The network, as a model that says nothing of repeating its work.
struct CallByCall(DenseNet);

impl DeviceModel for CallByCall {
    type Loaded = DenseNet;

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn bytes(&self) -> usize {
        self.0.bytes()
    }

    fn load(&self, device: &CudaDevice) -> Result<DenseNet, DeviceError> {
        self.0.load(device)
    }

    fn run(&self, there: &DenseNet, inputs: DeviceTensors) -> Result<DeviceTensors, DeviceError> {
        DeviceModel::run(&self.0, there, inputs)
    }
}

/// A backend that is warm, for all rounds of both sides.
struct Loaded<M: DeviceModel = DenseNet>(Arc<Cuda<M>>);

impl Loaded {
    fn on(device: &CudaDevice, slots: NonZeroUsize) -> Measured<Self> {
        Self::with(model::net()?, device, slots)
    }
}

impl<M: DeviceModel> Loaded<M> {
    fn with(model: M, device: &CudaDevice, slots: NonZeroUsize) -> Measured<Self> {
        let cuda = Cuda::on(model, vec![device.clone()])?;
        let mut cuda = cuda.slots_each(slots);
        let workers =
            Workers::new(|name, body| thread::Builder::new().name(name).spawn(body).map(drop));
        cuda.start(&workers)?;
        runtime()?.block_on(cuda.warm_up())?;
        Ok(Self(Arc::new(cuda)))
    }
}

impl<M: DeviceModel> Clone for Loaded<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<M: DeviceModel> Backend for Loaded<M> {
    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn slots(&self) -> NonZeroUsize {
        self.0.slots()
    }

    fn start(&mut self, _: &Workers) -> Result<(), InferError> {
        Ok(())
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<M> {
        self.0.infer(inputs)
    }
}

/// The time that a loop takes with one backend over that with another.
fn time_ratio<A: DeviceModel, B: DeviceModel>(
    one: &Loaded<A>,
    other: &Loaded<B>,
    amount: &Amount,
) -> Measured<f64> {
    rounds(amount, || {
        let one = bare_loop(one, amount)?;
        Ok(one.div_duration_f64(bare_loop(other, amount)?))
    })
}

/// The median of what the rounds give.
fn rounds(amount: &Amount, mut round: impl FnMut() -> Measured<f64>) -> Measured<f64> {
    let mut ratios = (0..amount.rounds)
        .map(|_| round())
        .collect::<Measured<Vec<_>>>()?;
    ratios.sort_by(f64::total_cmp);
    ratios
        .get(ratios.len() / 2)
        .copied()
        .ok_or_else(|| "there was no round".into())
}

/// How long a loop takes that keeps all slots busy and does nothing else.
fn bare_loop<M: DeviceModel>(backend: &Loaded<M>, amount: &Amount) -> Measured<Duration> {
    let batches = (1..).take(amount.batches);
    let batches = batches.map(|seed| model::batch(amount.rows, seed));
    let batches = batches.collect::<Measured<Vec<_>>>()?;
    runtime()?.block_on(async {
        let start = Instant::now();
        let mut answers = stream::iter(batches)
            .map(|batch| backend.infer(batch))
            .buffered(backend.slots().get());
        while let Some(answer) = answers.next().await {
            answer?;
        }
        Ok(start.elapsed())
    })
}

/// How long a pipeline takes from its start to its report.
fn pipeline(backend: &Loaded, amount: &Amount) -> Measured<Duration> {
    let rows = amount.batches * amount.rows;
    let messages: Vec<_> = (0..rows)
        .zip(1..)
        .map(|(_, seed)| numbers(WIDTH, seed))
        .collect();
    let infer = Infer::with(backend.clone())
        .input("x", [WIDTH], |row: &Vec<f32>| row)
        .output("y", |_, y: &[f32]| y[0])
        .batch(amount.rows, Duration::from_millis(5));
    let pipeline = Pipeline::named("gpu-check")
        .source(FromIter::new(messages))
        .stage(infer)
        .for_each("count", drop);
    runtime()?.block_on(async {
        let start = Instant::now();
        pipeline.run_with(RunOptions::new()).await?;
        Ok(start.elapsed())
    })
}

fn runtime() -> Measured<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}
