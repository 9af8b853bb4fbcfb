use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::raw::{Context, Grid, Kernel, Module, compile};
use crate::device::DeviceError;
use crate::device::kernels::{OPTIONS, Source};

/// The kernels of one device, each made ready when it is first asked for.
///
/// A file of kernels is compiled by NVRTC for the very device where that is on
/// the machine. Where it is not, or fails, the driver compiles the PTX that was
/// made of the same file.
#[derive(Debug)]
pub(super) struct Kernels {
    context: Arc<Context>,
    ready: Mutex<HashMap<&'static str, Arc<Kernel>>>,
}

/// Over what the threads of a kernel are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threads {
    /// A thread for each of so many elements.
    Elements(usize),
    /// A warp for each of so many rows.
    Rows(usize),
    /// Blocks of 16 by 16 threads, each for 16 rows and 64 columns.
    Tiles {
        /// How many rows there are.
        rows: usize,
        /// How many columns.
        columns: usize,
    },
}

const BLOCK: u32 = 256;
const WARPS: usize = 8;

impl Kernels {
    pub(super) fn new(context: Arc<Context>) -> Self {
        let ready = Mutex::default();
        Self { context, ready }
    }

    /// Returns a kernel, which is made ready now if it is not yet.
    pub(super) fn get(&self, name: &'static str) -> Result<Arc<Kernel>, DeviceError> {
        // Held while the file is compiled, so that it is compiled once.
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kernel) = ready.get(name) {
            return Ok(Arc::clone(kernel));
        }
        let source = Source::of(name).ok_or_else(|| DeviceError::Kernel {
            kernel: name.into(),
            reason: "no file has a kernel of this name".into(),
        })?;
        let module = self.load(source)?;
        for entry in source.entries {
            ready.insert(entry, Arc::new(module.kernel(entry)?));
        }
        ready
            .get(name)
            .map(Arc::clone)
            .ok_or_else(|| DeviceError::Kernel {
                kernel: name.into(),
                reason: "its file does not list it".into(),
            })
    }

    fn load(&self, source: &Source) -> Result<Arc<Module>, DeviceError> {
        if let Some(module) = self.compiled(source)? {
            return Ok(module);
        }
        let loaded = Module::load(&self.context, source.ptx.to_owned());
        loaded.map_err(|error| match error {
            DeviceError::Driver { code, .. } => DeviceError::Kernel {
                kernel: source.name.into(),
                reason: format!("the driver says {code} of its PTX; install a newer driver").into(),
            },
            other => other,
        })
    }

    fn compiled(&self, source: &Source) -> Result<Option<Arc<Module>>, DeviceError> {
        let capability = self.context.capability()?;
        let mut options = vec![format!("--gpu-architecture=compute_{capability}")];
        options.extend(OPTIONS.map(str::to_owned));
        let loaded = match compile(&source.text(), options) {
            None => return Ok(None),
            Some(Ok(ptx)) => Module::load(&self.context, ptx).map_err(|error| match error {
                // Nothing else of the device will work either.
                DeviceError::Lost { .. } => Err(error),
                other => Ok(other.to_string()),
            }),
            Some(Err(text)) => Err(Ok(text)),
        };
        match loaded {
            Ok(module) => Ok(Some(module)),
            Err(Err(lost)) => Err(lost),
            Err(Ok(error)) => {
                let file = source.name;
                tracing::warn!(
                    file,
                    error,
                    "NVRTC failed, the PTX that is built in is used"
                );
                Ok(None)
            }
        }
    }
}

impl Threads {
    /// Returns the grid, or `None` if there is nothing to do.
    pub(super) fn grid(self, kernel: &'static str) -> Result<Option<Grid>, DeviceError> {
        let blocks = |count: usize| {
            u32::try_from(count)
                .ok()
                .filter(|blocks| i32::try_from(*blocks).is_ok())
                .ok_or_else(|| DeviceError::Kernel {
                    kernel: kernel.into(),
                    reason: "the tensor is larger than a grid; use smaller batches".into(),
                })
        };
        let (across, down, threads) = match self {
            Self::Elements(count) => (count.div_ceil(BLOCK as usize), 1, (BLOCK, 1)),
            Self::Rows(count) => (count.div_ceil(WARPS), 1, (BLOCK, 1)),
            Self::Tiles { rows, columns } => (columns.div_ceil(64), rows.div_ceil(16), (16, 16)),
        };
        let blocks = (blocks(across)?, blocks(down)?);
        if blocks.1 > u32::from(u16::MAX) {
            return Err(DeviceError::Kernel {
                kernel: kernel.into(),
                reason: "the tensor has more rows than a grid; use smaller batches".into(),
            });
        }
        let some = blocks.0 > 0 && blocks.1 > 0;
        Ok(some.then_some(Grid { blocks, threads }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_has_a_thread_and_every_row_a_warp() {
        let grid = |threads: Threads| threads.grid("f").unwrap().map(|grid| grid.blocks);

        assert_eq!(grid(Threads::Elements(256)), Some((1, 1)));
        assert_eq!(grid(Threads::Elements(257)), Some((2, 1)));
        assert_eq!(grid(Threads::Rows(9)), Some((2, 1)));
        let (rows, columns) = (17, 65);
        assert_eq!(grid(Threads::Tiles { rows, columns }), Some((2, 2)));
    }

    #[test]
    fn nothing_to_do_is_no_grid() {
        assert_eq!(Threads::Elements(0).grid("f"), Ok(None));
        assert_eq!(
            Threads::Tiles {
                rows: 0,
                columns: 9
            }
            .grid("f"),
            Ok(None)
        );
    }

    #[test]
    fn more_than_a_grid_holds_is_refused() {
        let refused = Threads::Elements(usize::MAX).grid("f").unwrap_err();

        assert!(matches!(refused, DeviceError::Kernel { .. }), "{refused}");
        let rows = 16 * 65_536;
        assert!(Threads::Tiles { rows, columns: 1 }.grid("f").is_err());
    }
}
