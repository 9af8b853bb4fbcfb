use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::kernels::{Kernels, Threads};
use super::raw::{self, Argument, Context, Stream};
use super::tensor::CudaTensor;
use crate::device::{Device, DeviceError, DeviceTensor};
use crate::message::Tensor;

/// A CUDA device that is open: it holds tensors and computes on them.
///
/// Clones are the same device. It stays open until the last clone and the
/// last tensor on it are dropped. While it is open, memory that its tensors
/// have left is kept for the next, and is free to no other program.
///
/// # Examples
///
/// ```no_run
/// use millpond::device::CudaDevice;
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let device = CudaDevice::open(0)?;
/// let there = device.put(&Tensor::new([2], vec![1.0_f32, 2.0])?)?;
///
/// assert_eq!(format!("{there:?}"), "f32[2] on cuda:0");
/// assert_eq!(there.into_host()?.row::<f32>(1)?, [2.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CudaDevice {
    opened: Arc<Opened>,
}

struct Opened {
    context: Arc<Context>,
    kernels: Kernels,
    name: String,
    /// Tensors are put on them in turn, so that the work on one need not wait
    /// for the work on the next.
    streams: [Arc<Stream>; STREAMS],
    turn: AtomicUsize,
}

const STREAMS: usize = 4;

impl CudaDevice {
    /// Opens the device of this number, as the driver counts them.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NoLibrary`], [`DeviceError::MissingSymbol`],
    /// [`DeviceError::DriverTooOld`], [`DeviceError::NoDevice`],
    /// [`DeviceError::NoSuchDevice`], or what else the driver says.
    pub fn open(number: u32) -> Result<Self, DeviceError> {
        let found = Self::count()?;
        if number >= found {
            let wanted = number;
            return Err(DeviceError::NoSuchDevice { wanted, found });
        }
        let context = Context::open(number)?;
        let stream = || Stream::new(&context);
        let opened = Opened {
            kernels: Kernels::new(Arc::clone(&context)),
            name: context.name()?,
            streams: [stream()?, stream()?, stream()?, stream()?],
            turn: AtomicUsize::new(0),
            context,
        };
        Ok(Self {
            opened: Arc::new(opened),
        })
    }

    /// Counts the devices; there is one at least.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn count() -> Result<u32, DeviceError> {
        raw::driver()?;
        match raw::count()? {
            0 => Err(DeviceError::NoDevice),
            found => Ok(found),
        }
    }

    /// Returns which device it is.
    pub fn device(&self) -> Device {
        self.opened.context.device()
    }

    /// Returns what the device calls itself.
    pub fn name(&self) -> &str {
        &self.opened.name
    }

    /// Returns how many bytes of device memory are free for this program.
    ///
    /// What its tensors have left counts too, though no other program gets it.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub fn free_bytes(&self) -> Result<usize, DeviceError> {
        self.opened.context.free()
    }

    /// Copies a tensor to the device.
    ///
    /// It blocks until the copy is done; large tensors are put by a thread
    /// other than the worker's.
    ///
    /// # Errors
    ///
    /// [`DeviceError::OutOfMemory`], or what else the driver says.
    pub fn put(&self, tensor: &Tensor) -> Result<DeviceTensor, DeviceError> {
        let turn = self.opened.turn.fetch_add(1, Ordering::Relaxed) % STREAMS;
        let [first, ..] = &self.opened.streams;
        let stream = self.opened.streams.get(turn).unwrap_or(first);
        CudaTensor::put(self, stream, tensor).map(DeviceTensor::from)
    }

    /// Makes a stream that keeps its memory.
    pub(crate) fn stream(&self) -> Result<Arc<Stream>, DeviceError> {
        Stream::keeping(&self.opened.context)
    }

    /// Queues a kernel on a stream.
    pub(crate) fn launch(
        &self,
        stream: &Arc<Stream>,
        kernel: &'static str,
        threads: Threads,
        arguments: &[Argument<'_>],
    ) -> Result<(), DeviceError> {
        match threads.grid(kernel)? {
            Some(grid) => {
                let kernel = self.opened.kernels.get(kernel)?;
                kernel.launch(stream, grid, arguments)
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for CudaDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CudaDevice")
            .field("device", &format_args!("{}", self.device()))
            .field("name", &self.opened.name)
            .finish_non_exhaustive()
    }
}
