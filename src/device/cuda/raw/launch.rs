use std::ffi::c_void;
use std::sync::Arc;

use cudarc::driver::result;

use super::{Kernel, Memory, Stream};
use crate::device::DeviceError;
use crate::device::cuda::parameters::Kind;

/// One argument of a kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument<'a> {
    /// The address of device memory that is read.
    Memory(&'a Arc<Memory>),
    /// The address of device memory that is written.
    Output(&'a Arc<Memory>),
    /// A number.
    U32(u32),
    /// A number.
    U64(u64),
    /// A number.
    F32(f32),
}

/// How many blocks, of how many threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) blocks: (u32, u32),
    pub(crate) threads: (u32, u32),
}

impl Argument<'_> {
    fn kind(self) -> Kind {
        match self {
            Self::Memory(_) | Self::Output(_) | Self::U64(_) => Kind::Bits64,
            Self::U32(_) => Kind::Bits32,
            Self::F32(_) => Kind::Float32,
        }
    }

    fn bits(self) -> u64 {
        match self {
            Self::Memory(memory) | Self::Output(memory) => memory.address(),
            Self::U64(number) => number,
            Self::U32(number) => number.into(),
            Self::F32(number) => number.to_bits().into(),
        }
    }
}

impl Kernel {
    /// Queues the kernel on a stream.
    ///
    /// The stream first waits for what other streams have queued that makes
    /// its memory; see [`Memory::lend`].
    pub(in crate::device::cuda) fn launch(
        self: &Arc<Self>,
        stream: &Arc<Stream>,
        grid: Grid,
        arguments: &[Argument<'_>],
    ) -> Result<(), DeviceError> {
        self.check(arguments)?;
        for argument in arguments {
            match argument {
                Argument::Memory(memory) => memory.lend(stream, false)?,
                Argument::Output(memory) => memory.lend(stream, true)?,
                Argument::U32(_) | Argument::U64(_) | Argument::F32(_) => {}
            }
        }
        if let Some(recording) = &mut *stream.recording() {
            recording.kernels.push(Arc::clone(self));
        }
        // A parameter of 32 bits is read from the lower half of its word: the
        // machines that have such devices are little-endian.
        let mut words: Vec<u64> = arguments.iter().map(|argument| argument.bits()).collect();
        let mut places: Vec<*mut c_void> = words
            .iter_mut()
            .map(|word| (&raw mut *word).cast())
            .collect();
        let (blocks, threads) = (grid.blocks, grid.threads);
        stream.context().call("cuLaunchKernel", || {
            // SAFETY: the number and kinds of the arguments are those of the
            // PTX, the places live during the call, and the memory behind
            // addresses outlives the kernel by the order of the streams.
            unsafe {
                result::launch_kernel(
                    self.raw(),
                    (blocks.0, blocks.1, 1),
                    (threads.0, threads.1, 1),
                    0,
                    stream.raw(),
                    &mut places,
                )
            }
        })
    }

    fn check(&self, arguments: &[Argument<'_>]) -> Result<(), DeviceError> {
        let given = arguments.iter().map(|argument| argument.kind());
        if given.eq(self.parameters().iter().copied()) {
            return Ok(());
        }
        Err(DeviceError::Kernel {
            kernel: self.name().into(),
            reason: format!(
                "it takes {:?}, it was given {arguments:?}",
                self.parameters()
            )
            .into(),
        })
    }
}
