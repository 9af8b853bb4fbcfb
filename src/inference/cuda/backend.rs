use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::DeviceModel;
use super::lanes::{Lane, Lanes, Taken};
use super::parts::joined;
use crate::device::{CudaDevice, DeviceError};
use crate::inference::{Backend, Dim, InferError, Pool, Signature};
use crate::message::{ElementType, Tensor, TensorError, Tensors};
use crate::node::Workers;

/// A backend that runs a model on CUDA devices.
///
/// Each device has some slots, three unless [`slots_each`](Self::slots_each)
/// says otherwise: a stream, memory of the device, and pinned memory before and
/// behind it. While the batch of one slot is computed, that of another is copied
/// in and that of a third copied out. A batch goes to the device that has the
/// most free slots.
///
/// A slot keeps its memory from batch to batch. If the model
/// [repeats](DeviceModel::is_repeatable) its work, a slot records that of
/// shapes that come again as a CUDA graph, for the latest eight shapes, and
/// queues it by one call.
///
/// Every slot has a thread, which fills the pinned memory, queues the work and
/// sleeps in the driver until it is done. Asking the driver from a worker
/// whether it is done would cost up to a tick of the clock per batch, and a
/// callback of the driver never comes once the device has failed.
///
/// # Backpressure
///
/// There are as many [`slots`](Backend::slots) as the devices have together,
/// so that a pipeline takes nothing from upstream that no slot is free for.
/// Further futures wait their turn.
///
/// # Cancellation
///
/// Dropping the future of a batch that is on the device gives its slot back
/// once the device is done with it.
///
/// # Errors
///
/// If the device has no memory for a batch, what idle slots keep is given back.
/// If that is not enough, the batch is run in smaller parts, as are all from
/// then on; this is logged once. A batch of which a single row does
/// not fit is [`InferError::Overloaded`]. A device that fails for good is used
/// no more: its batches are [`InferError::Retryable`] as long as another is
/// left, and [`InferError::Terminal`] if none is. Each carries a
/// [`DeviceError`].
///
/// # Examples
///
/// ```no_run
/// use millpond::inference::forest::Model;
/// use millpond::inference::{Cuda, DeviceForest};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let model = Model::from_xgboost(&std::fs::read("model.json")?)?;
/// let backend = Cuda::open(DeviceForest::new(model), 0)?;
/// # Ok(())
/// # }
/// ```
pub struct Cuda<M: DeviceModel> {
    shared: Arc<Shared<M>>,
    devices: NonZeroUsize,
    slots_each: NonZeroUsize,
    pool: Option<Pool>,
}

struct Shared<M: DeviceModel> {
    model: M,
    lanes: Lanes<M::Loaded>,
}

/// How many rows are run at once if nobody says otherwise.
const ROWS: usize = 1_024;

impl<M: DeviceModel> Cuda<M> {
    /// Copies the model to the device of this number.
    ///
    /// # Errors
    ///
    /// Those of [`CudaDevice::open`], [`DeviceError::ModelTooLarge`] if the
    /// model does not fit, or what else kept the device from taking it.
    pub fn open(model: M, number: u32) -> Result<Self, DeviceError> {
        Self::on(model, vec![CudaDevice::open(number)?])
    }

    /// Copies the model to each device that there is.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open), for any of the devices.
    pub fn open_all(model: M) -> Result<Self, DeviceError> {
        let devices = (0..CudaDevice::count()?).map(CudaDevice::open);
        Self::on(model, devices.collect::<Result<_, _>>()?)
    }

    /// Copies the model to devices that are open.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NoDevice`] if there are none, otherwise those of
    /// [`open`](Self::open).
    pub fn on(model: M, devices: Vec<CudaDevice>) -> Result<Self, DeviceError> {
        let count = NonZeroUsize::new(devices.len()).ok_or(DeviceError::NoDevice)?;
        let lanes = devices.into_iter().map(|device| {
            let (needed, free) = (model.bytes(), device.free_bytes()?);
            if needed > free {
                return Err(DeviceError::ModelTooLarge { needed, free });
            }
            let loaded = model.load(&device)?;
            Ok(Lane::new(device, loaded, ROWS))
        });
        let lanes = Lanes::new(lanes.collect::<Result<_, _>>()?);
        Ok(Self {
            shared: Arc::new(Shared { model, lanes }),
            devices: count,
            slots_each: NonZeroUsize::MIN.saturating_add(2),
            pool: None,
        })
    }

    /// Sets how many batches are on each device at once; 3 if it is not called.
    #[must_use]
    pub fn slots_each(mut self, slots: NonZeroUsize) -> Self {
        self.slots_each = slots;
        self
    }

    /// Sets how many rows are run at once at the most; 1,024 if it is not
    /// called. Larger batches are run in parts.
    #[must_use]
    pub fn max_part(self, rows: NonZeroUsize) -> Self {
        self.shared.lanes.set_limit(rows.get());
        self
    }

    /// Runs a job on one of the backend's threads.
    fn on_a_thread<T, F>(
        &self,
        job: F,
    ) -> impl Future<Output = Result<T, InferError>> + use<T, F, M>
    where
        T: Send + 'static,
        F: FnOnce(&Shared<M>) -> Result<T, InferError> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        let pool = self.pool.as_ref();
        let result = pool.map(|pool| pool.run(move || job(&shared)));
        async move { result.ok_or(InferError::NotRunning)?.await? }
    }
}

impl<M: DeviceModel> Backend for Cuda<M> {
    fn signature(&self) -> &Signature {
        self.shared.model.signature()
    }

    fn slots(&self) -> NonZeroUsize {
        self.devices.saturating_mul(self.slots_each)
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        let opened = self.shared.lanes.open(self.slots_each.get());
        opened.map_err(InferError::terminal)?;
        let pool = Pool::start(workers, "cuda", self.slots());
        self.pool = Some(pool.map_err(|error| InferError::Start(Arc::new(error)))?);
        Ok(())
    }

    /// Runs a batch of zeros in every slot, which compiles the kernels and
    /// allocates the memory, and another one if the model repeats its work,
    /// which records it; none for a model whose rows have a size that is only
    /// known when they come.
    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<M> {
        self.on_a_thread(Shared::warm_up)
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<M> {
        self.on_a_thread(move |shared| shared.run(&inputs))
    }

    fn shutdown(self) -> impl Future<Output = ()> + use<M> {
        let Self { shared, pool, .. } = self;
        async move {
            if let Some(pool) = pool {
                pool.shutdown().await;
            }
            drop(shared);
        }
    }
}

impl<M: DeviceModel> Shared<M> {
    fn run(&self, inputs: &Tensors) -> Result<Tensors, InferError> {
        let rows = self.model.signature().rows_of(inputs)?;
        let taken = self.lanes.take().map_err(InferError::terminal)?;
        self.run_in(taken, inputs, rows)
    }

    fn run_in(
        &self,
        mut taken: Taken<'_, M::Loaded>,
        inputs: &Tensors,
        rows: usize,
    ) -> Result<Tensors, InferError> {
        let mut parts = Vec::new();
        let mut start = 0;
        let mut once_more = true;
        // Once even if there is no row, since the answer has a shape.
        while start < rows || parts.is_empty() {
            let Some((lane, slot)) = taken.parts() else {
                return Err(InferError::NotRunning);
            };
            let end = rows.min(start.saturating_add(lane.limit()));
            match slot.run(&self.model, &lane.loaded, inputs, start..end) {
                Ok(part) => {
                    lane.went_well(end - start);
                    parts.push(part);
                    start = end;
                    once_more = true;
                }
                Err(error @ DeviceError::OutOfMemory { .. }) => {
                    // Slots that keep memory must not make parts smaller.
                    if taken.give_back() && once_more {
                        once_more = false;
                        continue;
                    }
                    if end - start <= 1 {
                        return Err(InferError::Overloaded { retry_after: None });
                    }
                    if let Some(lane) = taken.lane() {
                        lane.shrink(end - start, &error);
                    }
                }
                Err(error) => return Err(self.failed(&taken, error)),
            }
        }
        // The slot is free before the host goes on.
        drop(taken);
        self.model.finish(joined(parts)?)
    }

    /// Tells what a failure of the device is for the batch.
    fn failed(&self, taken: &Taken<'_, M::Loaded>, error: DeviceError) -> InferError {
        match error {
            DeviceError::Lost { .. } => {
                taken.lose(&error);
                if self.lanes.some_left() {
                    InferError::retryable(error)
                } else {
                    InferError::terminal(error)
                }
            }
            DeviceError::Driver { .. } => InferError::retryable(error),
            _ => InferError::terminal(error),
        }
    }

    fn warm_up(&self) -> Result<(), InferError> {
        let Some(shapes) = self.row_shapes() else {
            return Ok(());
        };
        let rounds = if self.model.is_repeatable() { 2 } else { 1 };
        for _ in 0..rounds {
            // Held until all are, so that each is taken once.
            let mut taken = Vec::new();
            while let Some(slot) = self.lanes.try_take() {
                taken.push(slot);
            }
            for slot in taken {
                let rows = slot.lane().map_or(1, Lane::limit);
                let zeros = zeros(&shapes, rows).map_err(InferError::terminal)?;
                self.run_in(slot, &zeros, rows)?;
            }
        }
        Ok(())
    }

    /// The inputs, if all sizes of their rows are known.
    fn row_shapes(&self) -> Option<Vec<(String, ElementType, Vec<usize>)>> {
        let inputs = self.model.signature().inputs.iter();
        inputs
            .map(|spec| {
                let dims = spec.shape.iter().skip(1).map(|dim| match dim {
                    Dim::Fixed(size) => Some(*size),
                    Dim::Rows | Dim::Free => None,
                });
                Some((
                    spec.name.clone(),
                    spec.element,
                    dims.collect::<Option<_>>()?,
                ))
            })
            .collect()
    }
}

fn zeros(
    shapes: &[(String, ElementType, Vec<usize>)],
    rows: usize,
) -> Result<Tensors, TensorError> {
    shapes
        .iter()
        .map(|(name, element, shape)| {
            let tensor = match element {
                ElementType::U8 => Tensor::zeros::<u8>(rows, shape),
                ElementType::I32 => Tensor::zeros::<i32>(rows, shape),
                ElementType::I64 => Tensor::zeros::<i64>(rows, shape),
                ElementType::F32 => Tensor::zeros::<f32>(rows, shape),
                ElementType::F64 => Tensor::zeros::<f64>(rows, shape),
            };
            Ok((name.as_str(), tensor?))
        })
        .collect()
}

impl<M: DeviceModel> fmt::Debug for Cuda<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cuda")
            .field("signature", &format_args!("{}", self.signature()))
            .field("devices", &self.devices)
            .field("slots_each", &self.slots_each)
            .finish_non_exhaustive()
    }
}
