use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use millpond::inference::{Backend, InferError, Mock, Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;
use tokio::sync;
use tokio::time::{Instant, sleep};

use super::{approximate, scaled};

const FIXED: Duration = scaled(2_000);
const PER_ROW: Duration = scaled(20);
const COPY_FIXED: Duration = scaled(100);
const COPY_IN_PER_ROW: Duration = scaled(4);
const COPY_OUT_PER_ROW: Duration = scaled(2);

/// How long the device computes a batch.
pub(super) fn compute_time(rows: usize) -> Duration {
    FIXED + PER_ROW.mul_f64(approximate(rows))
}

/// A [`Mock`] behind what it shares with the batches beside it: an engine that
/// copies in, one that computes, one that copies out, each for one at a time.
pub(super) struct Device {
    mock: Mock,
    copy_in: Engine,
    compute: Engine,
    copy_out: Engine,
    log: DeviceLog,
}

/// First come, first served.
type Engine = Arc<sync::Mutex<()>>;

/// What a device has computed, readable while it is in use elsewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct DeviceLog(Arc<Mutex<Computed>>);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Computed {
    pub(super) busy: Duration,
    pub(super) batches: usize,
    /// When the last batch was done.
    pub(super) end: Duration,
}

impl Device {
    /// Makes a device that answers each row's `arrived` with when it `began`.
    pub(super) fn new(slots: NonZeroUsize) -> Self {
        let signature = Signature {
            inputs: vec![TensorSpec::of::<i64>("arrived", [])],
            outputs: vec![TensorSpec::of::<i64>("began", [])],
        };
        let (start, log) = (Instant::now(), DeviceLog::default());
        let into = log.clone();
        let mock = Mock::new(signature, move |inputs| {
            let rows = inputs.rows().unwrap_or(0);
            let (took, end) = (compute_time(rows), start.elapsed());
            into.add(took, end);
            let began = ticks(end.saturating_sub(took));
            let began = Tensor::new([rows], vec![began; rows]).expect("a row each");
            Tensors::new().with("began", began)
        });
        Self {
            mock: mock.latency(FIXED, PER_ROW).slots(slots),
            copy_in: Engine::default(),
            compute: Engine::default(),
            copy_out: Engine::default(),
            log,
        }
    }

    pub(super) fn log(&self) -> DeviceLog {
        self.log.clone()
    }
}

impl Backend for Device {
    fn signature(&self) -> &Signature {
        self.mock.signature()
    }

    fn slots(&self) -> NonZeroUsize {
        Backend::slots(&self.mock)
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        self.mock.start(workers)
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        let rows = approximate(inputs.rows().unwrap_or(0));
        let [copy_in, compute, copy_out] =
            [&self.copy_in, &self.compute, &self.copy_out].map(Arc::clone);
        let call = self.mock.infer(inputs);
        async move {
            occupy(copy_in, sleep(COPY_FIXED + COPY_IN_PER_ROW.mul_f64(rows))).await;
            let answer = occupy(compute, call).await;
            occupy(copy_out, sleep(COPY_FIXED + COPY_OUT_PER_ROW.mul_f64(rows))).await;
            answer
        }
    }
}

/// Waits for an engine, and has it to itself until the work is done.
async fn occupy<W: Future>(engine: Engine, work: W) -> W::Output {
    let _held = engine.lock().await;
    work.await
}

impl DeviceLog {
    fn add(&self, took: Duration, end: Duration) {
        let mut computed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        computed.busy += took;
        computed.batches += 1;
        computed.end = end;
    }

    pub(super) fn computed(&self) -> Computed {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time of the simulation, as it travels in a tensor.
pub(super) fn ticks(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).expect("a simulation is short")
}
