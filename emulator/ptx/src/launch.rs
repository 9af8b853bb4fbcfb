//! Modules, their kernels, and how to launch one.

use std::{fmt, sync::Arc};

use crate::{
    error::PtxError,
    fault::Fault,
    lower,
    memory::Memory,
    program::{Function, Program},
    run,
};

/// A parsed module.
#[derive(Clone)]
pub struct Module {
    program: Arc<Program>,
}

/// One kernel of a module; cheap to clone, and independent of the module.
#[derive(Clone)]
pub struct Kernel {
    pub(crate) program: Arc<Program>,
    pub(crate) number: usize,
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
    /// A launch with all checks on, and a budget of 2^34 instructions, about
    /// a minute's work.
    pub fn new(grid: [u32; 3], block: [u32; 3], shared_bytes: u32, params: &'a [u8]) -> Self {
        let budget = 1 << 34;
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
    pub fn parse(text: &str) -> Result<Self, PtxError> {
        Ok(Self {
            program: Arc::new(lower::module(text)?),
        })
    }

    /// Finds a kernel by its name in the PTX.
    pub fn kernel(&self, name: &str) -> Option<Kernel> {
        let number = *self.program.kernels.get(name)?;
        Some(Kernel {
            program: Arc::clone(&self.program),
            number,
        })
    }

    /// Returns the names of all kernels, in the text's order.
    pub fn kernel_names(&self) -> impl Iterator<Item = &str> {
        self.program.kernel_names.iter().map(String::as_str)
    }

    /// Returns what the module's `.global` and `.const` variables hold at
    /// first. Who loads the module copies this to device memory, aligned to
    /// 256, and gives the address as [`Launch::globals`].
    pub fn globals(&self) -> &[u8] {
        &self.program.globals
    }

    /// Finds a `.global` or `.const` variable: its first byte in
    /// [`globals`](Self::globals), and its size.
    pub fn global(&self, name: &str) -> Option<(usize, usize)> {
        self.program.global_places.get(name).copied()
    }
}

impl Kernel {
    /// Returns the name in the PTX.
    pub fn name(&self) -> &str {
        &self.function().name
    }

    /// Returns the parameters, in order.
    pub fn params(&self) -> &[Param] {
        &self.function().params
    }

    /// Returns how many bytes [`Launch::params`] must have.
    pub fn param_bytes(&self) -> usize {
        self.params()
            .last()
            .map_or(0, |last| last.offset + last.bytes)
    }

    /// Returns the bytes of shared memory that the kernel declares.
    pub fn shared_bytes(&self) -> usize {
        self.function().shared_bytes
    }

    /// Returns the bytes of local memory that each thread has at first.
    pub fn local_bytes(&self) -> usize {
        self.function().local_bytes
    }

    /// Returns how many threads a block may have at most, if the kernel says.
    pub fn max_threads(&self) -> Option<u32> {
        self.function().max_threads
    }

    /// Runs every thread of every block, and returns when all have ended.
    ///
    /// # Errors
    ///
    /// The first [`Fault`]; what was written until then stays written.
    pub fn launch(&self, launch: &Launch<'_>, memory: &dyn Memory) -> Result<(), Fault> {
        run::launch(self, launch, memory)
    }

    fn function(&self) -> &Function {
        &self.program.functions[self.number]
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("kernels", &self.program.kernel_names)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernel")
            .field("name", &self.name())
            .field("params", &self.params())
            .finish_non_exhaustive()
    }
}
