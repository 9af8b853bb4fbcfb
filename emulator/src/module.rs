//! Loaded modules, their kernels, and launches of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use millpond_ptx as ptx;
use ptx::FaultKind;

use crate::{
    code::{Answer, Code},
    device::{MAX_BLOCK, MAX_GRID, MAX_THREADS, SHARED_BYTES},
    driver::{Driver, State},
    perform::{Doing, Fault},
    view::View,
};

/// A module that the program loaded.
#[derive(Debug)]
pub(crate) struct Module {
    code: ptx::Module,
    /// The allocation of its variables, if it has any.
    globals: Option<u64>,
}

/// A kernel that the program asked for by name.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    module: u64,
    pub(crate) kernel: ptx::Kernel,
    globals: u64,
    /// How much dynamic shared memory a launch may ask for.
    pub(crate) shared_limit: u32,
}

/// One launch, with its parameters as they were when it was asked for.
#[derive(Debug)]
pub(crate) struct Launch {
    function: Function,
    grid: [u32; 3],
    block: [u32; 3],
    shared_bytes: u32,
    params: Vec<u8>,
}

impl State {
    /// Loads PTX, as a driver of the set version would for the set device.
    pub(crate) fn load(&mut self, device: usize, text: &str) -> Answer<u64> {
        let version = directive(text, ".version").ok_or(Code::INVALID_PTX)?;
        if version > newest_ptx(self.settings.driver_version) {
            let driver = self.settings.driver_version;
            return Err(self.wrong(
                Code::UNSUPPORTED_PTX_VERSION,
                format!("PTX {version:?} is newer than driver {driver} knows"),
            ));
        }
        let [major, minor] = self.settings.compute_capability;
        if target(text).is_some_and(|target| target > major * 10 + minor) {
            return Err(self.wrong(
                Code::NO_BINARY_FOR_GPU,
                "the PTX is for a newer device".into(),
            ));
        }
        let code = match ptx::Module::parse(text) {
            Ok(code) => code,
            Err(error) => {
                return Err(self.wrong(
                    Code::INVALID_PTX,
                    format!("the PTX is not understood: {error}"),
                ));
            }
        };
        let id = self.handle();
        let globals =
            (!code.globals().is_empty()).then(|| self.space.allocate(device, code.globals().len()));
        if let Some(found) =
            globals.and_then(|address| self.space.find(address, code.globals().len()))
        {
            found.allocation.bytes.write(0, code.globals());
        }
        self.modules.insert(id, Module { code, globals });
        Ok(id)
    }

    /// Finds a kernel of a module.
    pub(crate) fn function(&mut self, module: u64, name: &str) -> Answer<u64> {
        let of = self.modules.get(&module).ok_or(Code::INVALID_HANDLE)?;
        let kernel = of.code.kernel(name).ok_or(Code::NOT_FOUND)?;
        let globals = of.globals.unwrap_or(0);
        let id = self.handle();
        self.functions.insert(
            id,
            Function {
                module,
                kernel,
                globals,
                shared_limit: SHARED_BYTES,
            },
        );
        Ok(id)
    }

    /// Finds a variable of a module: its address and size.
    pub(crate) fn global(&self, module: u64, name: &str) -> Answer<(u64, usize)> {
        let of = self.modules.get(&module).ok_or(Code::INVALID_HANDLE)?;
        let (offset, len) = of.code.global(name).ok_or(Code::NOT_FOUND)?;
        Ok((of.globals.unwrap_or(0) + offset as u64, len))
    }

    /// Unloads a module; its kernels go with it.
    pub(crate) fn unload(&mut self, module: u64) -> Answer<()> {
        let Some(Module { globals, .. }) = self.modules.remove(&module) else {
            return Err(self.wrong(
                Code::INVALID_HANDLE,
                format!("module {module:#x} is unloaded, and is not there"),
            ));
        };
        self.functions
            .retain(|_, function| function.module != module);
        globals.map_or(Ok(()), |address| self.space.release(address))
    }
}

impl Launch {
    /// Checks a launch against what the device can do.
    pub(crate) fn new(
        function: Function,
        grid: [u32; 3],
        block: [u32; 3],
        shared_bytes: u32,
        params: Vec<u8>,
    ) -> Answer<Self> {
        let fits = |size: [u32; 3], most: [u32; 3]| {
            size.iter()
                .zip(most)
                .all(|(size, most)| (1..=most).contains(size))
        };
        let shared = function.kernel.shared_bytes() + shared_bytes as usize;
        let threads = block.iter().map(|size| u64::from(*size)).product::<u64>();
        if !fits(grid, MAX_GRID)
            || !fits(block, MAX_BLOCK)
            || threads > u64::from(MAX_THREADS)
            || shared > function.shared_limit as usize
        {
            return Err(Code::INVALID_VALUE);
        }
        Ok(Self {
            function,
            grid,
            block,
            shared_bytes,
            params,
        })
    }

    pub(crate) fn name(&self) -> &str {
        self.function.kernel.name()
    }

    /// Runs every thread of the launch.
    pub(crate) fn run(&self, driver: &Driver, doing: &Doing) -> Result<(), Fault> {
        let view = View::new(&driver.lock(), doing.device);
        let mut launch = ptx::Launch::new(self.grid, self.block, self.shared_bytes, &self.params);
        launch.globals = self.function.globals;
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.function.kernel.launch(&launch, &view)
        }));
        view.settle(&mut driver.lock(), doing, self.name());
        match ran {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => Err((code_of(&fault.kind), fault.to_string())),
            Err(_) => Err((
                Code::LAUNCH_FAILED,
                format!(
                    "kernel {}: the interpreter panicked; see standard error",
                    self.name()
                ),
            )),
        }
    }
}

/// What a device answers after a kernel ended so.
fn code_of(kind: &FaultKind) -> Code {
    match kind {
        FaultKind::Address { .. } | FaultKind::Outside { .. } => Code::ILLEGAL_ADDRESS,
        FaultKind::Misaligned { .. } => Code::MISALIGNED_ADDRESS,
        FaultKind::Budget(_) => Code::LAUNCH_TIMEOUT,
        _ => Code::LAUNCH_FAILED,
    }
}

/// Reads `.version 8.8` as (8, 8).
fn directive(text: &str, name: &str) -> Option<(u32, u32)> {
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(name))?;
    let (major, minor) = line.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Reads `.target sm_80` as 80.
fn target(text: &str) -> Option<i32> {
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(".target"))?;
    let digits: String = line
        .trim()
        .strip_prefix("sm_")?
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// The newest PTX that a driver takes, by the release notes of the PTX ISA.
fn newest_ptx(driver_version: i32) -> (u32, u32) {
    match driver_version {
        ..11_000 => (6, 5),
        11_000..12_000 => (7, u32::try_from(driver_version % 1000 / 10).unwrap_or(0)),
        12_000..12_060 => (8, u32::try_from(driver_version % 1000 / 10).unwrap_or(0)),
        12_060..12_070 => (8, 5),
        12_070..12_080 => (8, 6),
        12_080..12_090 => (8, 7),
        12_090..13_000 => (8, 8),
        _ => (9, u32::try_from(driver_version % 1000 / 10).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ptx_version_follows_the_driver() {
        assert_eq!(newest_ptx(11_080), (7, 8));
        assert_eq!(newest_ptx(12_040), (8, 4));
        assert_eq!(newest_ptx(12_090), (8, 8));
        assert_eq!(newest_ptx(13_000), (9, 0));
    }

    #[test]
    fn version_and_target_are_read_from_the_text() {
        let text = "//\n.version 8.8\n.target sm_90a, debug\n";
        assert_eq!(directive(text, ".version"), Some((8, 8)));
        assert_eq!(target(text), Some(90));
    }
}
