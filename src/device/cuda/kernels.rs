use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::raw::{Context, Grid, Kernel, Module, compile, unless_recorded_here};
use crate::device::DeviceError;
use crate::device::kernels::{ALL, OPTIONS, Source};

/// The kernels of one device, each made ready when it is first asked for.
///
/// A file of kernels is compiled by NVRTC for the very device where that is on
/// the machine. Where it is not, or fails, the driver compiles the PTX that was
/// made of the same file. Whoever asks for a kernel of another file meanwhile
/// does not wait for that.
#[derive(Debug)]
pub(super) struct Kernels {
    context: Arc<Context>,
    files: [File; ALL.len()],
}

/// One file, and its kernels by their names: none until the first is asked for.
#[derive(Debug)]
struct File {
    source: &'static Source,
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
        let files = files();
        Self { context, files }
    }

    /// Returns a kernel, which is made ready now if it is not yet.
    pub(super) fn get(&self, name: &'static str) -> Result<Arc<Kernel>, DeviceError> {
        let unknown = || DeviceError::Kernel {
            kernel: name.into(),
            reason: "no file has a kernel of this name".into(),
        };
        let file = file_of(&self.files, name).ok_or_else(unknown)?;
        // Held while the file is compiled, so that it is compiled once.
        let mut ready = file.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.is_empty() {
            unless_recorded_here("cuModuleLoadData")?;
            let module = self.load(file.source)?;
            let entries = file.source.entries.iter();
            let kernels = entries.map(|entry| Ok((*entry, Arc::new(module.kernel(entry)?))));
            *ready = kernels.collect::<Result<_, DeviceError>>()?;
        }
        ready.get(name).map(Arc::clone).ok_or_else(unknown)
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

fn files() -> [File; ALL.len()] {
    ALL.each_ref().map(|source| File {
        source,
        ready: Mutex::default(),
    })
}

fn file_of<'a>(files: &'a [File], kernel: &str) -> Option<&'a File> {
    let mut files = files.iter();
    files.find(|file| file.source.entries.contains(&kernel))
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
    fn every_kernel_is_made_ready_with_its_own_file() {
        let files = files();
        for source in &ALL {
            for entry in source.entries {
                assert_eq!(file_of(&files, entry).unwrap().source.name, source.name);
            }
        }
        assert!(file_of(&files, "nothing").is_none());
    }

    #[test]
    fn a_file_that_is_made_ready_holds_up_no_other() {
        let files = files();
        let file = |kernel| &file_of(&files, kernel).unwrap().ready;
        let _compiles = file("forest_f32").lock().unwrap();

        assert!(file("forest_f64").try_lock().is_err());
        assert!(file("softmax").try_lock().is_ok());
    }

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
