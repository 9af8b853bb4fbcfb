//! Loaded modules, their kernels, and launches of them.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crate::{
    code::{Answer, Code},
    device::{MAX_BLOCK, MAX_GRID, MAX_THREADS, SHARED_BYTES},
    driver::{Driver, State},
    ptx,
    view::View,
    work::{Doing, Fault},
};

/// A module that the program loaded.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) device: usize,
    pub(crate) code: Arc<ptx::Module>,
}

/// A kernel that the program asked for by name.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) module: u64,
    pub(crate) code: Arc<ptx::Module>,
    pub(crate) name: Arc<str>,
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
            return Err(self.wrong(Code::UNSUPPORTED_PTX_VERSION, format!("PTX {version:?} is newer than driver {driver} knows")));
        }
        let [major, minor] = self.settings.compute_capability;
        if target(text).is_some_and(|target| target > major * 10 + minor) {
            return Err(self.wrong(Code::NO_BINARY_FOR_GPU, "the PTX is for a newer device".into()));
        }
        let code = match ptx::Module::parse(text) {
            Ok(code) => Arc::new(code),
            Err(error) => return Err(self.wrong(Code::INVALID_PTX, format!("the PTX is not understood: {error}"))),
        };
        let id = self.handle();
        self.modules.insert(id, Module { device, code });
        Ok(id)
    }

    /// Finds a kernel of a module.
    pub(crate) fn function(&mut self, module: u64, name: &str) -> Answer<u64> {
        let code = self.modules.get(&module).map(|module| Arc::clone(&module.code)).ok_or(Code::INVALID_HANDLE)?;
        code.kernel(name).ok_or(Code::NOT_FOUND)?;
        let id = self.handle();
        self.functions.insert(id, Function { module, code, name: name.into(), shared_limit: SHARED_BYTES });
        Ok(id)
    }

    /// Unloads a module; its kernels go with it.
    pub(crate) fn unload(&mut self, module: u64) -> Answer<()> {
        if self.modules.remove(&module).is_none() {
            return Err(self.wrong(Code::INVALID_HANDLE, format!("module {module:#x} is unloaded, and is not there")));
        }
        self.functions.retain(|_, function| function.module != module);
        Ok(())
    }
}

impl Launch {
    /// Checks a launch against what the device can do.
    pub(crate) fn new(function: Function, grid: [u32; 3], block: [u32; 3], shared_bytes: u32, params: Vec<u8>) -> Answer<Self> {
        let fits = |size: [u32; 3], most: [u32; 3]| size.iter().zip(most).all(|(size, most)| (1..=most).contains(size));
        let threads = block.iter().map(|size| u64::from(*size)).product::<u64>();
        if !fits(grid, MAX_GRID) || !fits(block, MAX_BLOCK) || threads > u64::from(MAX_THREADS) || shared_bytes > function.shared_limit {
            return Err(Code::INVALID_VALUE);
        }
        Ok(Self { function, grid, block, shared_bytes, params })
    }

    pub(crate) fn name(&self) -> &str {
        &self.function.name
    }

    /// Runs every thread of the launch.
    pub(crate) fn run(&self, driver: &Driver, doing: &Doing) -> Result<(), Fault> {
        let view = View::new(&driver.lock(), doing.device);
        let kernel = self.function.code.kernel(self.name());
        let kernel = kernel.ok_or((Code::LAUNCH_FAILED, format!("kernel {} is gone", self.name())))?;
        let launch = ptx::Launch { grid: self.grid, block: self.block, shared_bytes: self.shared_bytes as usize, params: &self.params };
        let ran = catch_unwind(AssertUnwindSafe(|| kernel.launch(&launch, &view)));
        view.settle(&mut driver.lock(), doing, self.name());
        match ran {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => Err((Code::ILLEGAL_ADDRESS, format!("kernel {}: {fault}", self.name()))),
            Err(_) => Err((Code::LAUNCH_FAILED, format!("kernel {}: the interpreter panicked; see standard error", self.name()))),
        }
    }
}

/// Reads `.version 8.8` as (8, 8).
fn directive(text: &str, name: &str) -> Option<(u32, u32)> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(name))?;
    let (major, minor) = line.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Reads `.target sm_80` as 80.
fn target(text: &str) -> Option<i32> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(".target"))?;
    let digits: String = line.trim().strip_prefix("sm_")?.chars().take_while(char::is_ascii_digit).collect();
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
