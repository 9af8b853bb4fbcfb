//! Modules, their kernels, and how to launch one.

use std::sync::Arc;

use crate::{Fault, Memory, PtxError};

/// A parsed module.
#[derive(Clone, Debug)]
pub struct Module {
    kernels: Vec<Kernel>,
}

/// One kernel of a module; cheap to clone, and independent of the module.
#[derive(Clone, Debug)]
pub struct Kernel {
    name: Arc<str>,
    params: Vec<Param>,
}

/// One parameter's place in [`Launch::params`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Param {
    /// The parameter's name in the PTX.
    pub name: String,
    /// Its first byte in [`Launch::params`].
    pub offset: usize,
    /// How many bytes it takes.
    pub bytes: usize,
    /// What its offset is a multiple of.
    pub align: usize,
}

/// How a kernel is to run.
#[derive(Clone, Debug)]
pub struct Launch<'a> {
    /// Blocks in each direction.
    pub grid: [u32; 3],
    /// Threads of a block in each direction.
    pub block: [u32; 3],
    /// Bytes of shared memory beside those the kernel declares.
    pub shared_bytes: u32,
    /// The parameters' bytes, laid out as [`Kernel::params`] says.
    pub params: &'a [u8],
    /// Where in device memory the caller put [`Module::globals`]; anything if
    /// that is empty.
    pub globals: u64,
    /// How many instructions all threads together may take.
    pub budget: u64,
    /// Whether reading shared or local memory that nothing wrote is a fault.
    pub check_unwritten: bool,
    /// Whether races in shared memory are faults.
    pub check_races: bool,
}

impl<'a> Launch<'a> {
    /// A launch with all checks on, and a budget of 2^40 instructions.
    pub fn new(grid: [u32; 3], block: [u32; 3], shared_bytes: u32, params: &'a [u8]) -> Self {
        let budget = 1 << 40;
        Self {
            grid,
            block,
            shared_bytes,
            params,
            globals: 0,
            budget,
            check_unwritten: true,
            check_races: true,
        }
    }
}

impl Module {
    /// Reads a module's text.
    ///
    /// # Errors
    ///
    /// The text is not PTX, or has an instruction or a directive that this
    /// interpreter does not know: the first such line, by name.
    pub fn parse(_text: &str) -> Result<Self, PtxError> {
        Err(PtxError::new(1, "not yet"))
    }

    /// Finds a kernel by its name in the PTX.
    pub fn kernel(&self, name: &str) -> Option<Kernel> {
        self.kernels
            .iter()
            .find(|kernel| &*kernel.name == name)
            .cloned()
    }

    /// Returns the names of all kernels, in the text's order.
    pub fn kernel_names(&self) -> impl Iterator<Item = &str> {
        self.kernels.iter().map(|kernel| &*kernel.name)
    }

    /// Returns what the module's `.global` and `.const` variables hold at
    /// first. Who loads the module copies this to device memory, aligned to
    /// 256, and gives the address as [`Launch::globals`].
    pub fn globals(&self) -> &[u8] {
        &[]
    }

    /// Finds a `.global` or `.const` variable: its first byte in
    /// [`globals`](Self::globals), and its size.
    pub fn global(&self, _name: &str) -> Option<(usize, usize)> {
        None
    }
}

impl Kernel {
    /// Returns the name in the PTX.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the parameters, in order.
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// Returns how many bytes [`Launch::params`] must have.
    pub fn param_bytes(&self) -> usize {
        self.params
            .last()
            .map_or(0, |last| last.offset + last.bytes)
    }

    /// Returns the bytes of shared memory that the kernel declares.
    pub fn shared_bytes(&self) -> usize {
        0
    }

    /// Runs every thread of every block, and returns when all have ended.
    ///
    /// # Errors
    ///
    /// The first [`Fault`]; what was written until then stays written.
    pub fn launch(&self, _launch: &Launch<'_>, _memory: &dyn Memory) -> Result<(), Fault> {
        Ok(())
    }
}
