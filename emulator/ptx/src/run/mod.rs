//! Runs a launch: block after block.
//!
//! Within a block, each thread runs until it ends or comes to where it needs
//! others: a barrier, or an operation of its warp. When no thread of a warp
//! can go on, what they wait for is done; when no warp can, the barriers are.

mod access;
mod block;
mod frame;
mod local;
mod meeting;
mod shared;
mod thread;
mod warp;

use crate::{
    Kernel, Launch, Memory,
    fault::{Fault, FaultKind},
    program::Program,
};

/// So many threads a block may have, as on a device.
const MOST_THREADS: u64 = 1024;
/// So much shared memory a block may have, as on the largest device.
const MOST_SHARED: usize = 227 << 10;

/// What stays the same for all threads of a launch.
pub(crate) struct Context<'a> {
    pub(crate) program: &'a Program,
    pub(crate) launch: &'a Launch<'a>,
    pub(crate) memory: &'a dyn Memory,
    /// Bytes of shared memory that the kernel declares.
    pub(crate) static_shared: usize,
    pub(crate) threads: u32,
}

/// A fault without the kernel's name.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) line: u32,
    pub(crate) thread: u32,
    pub(crate) kind: FaultKind,
}

/// Runs all blocks of a launch.
pub(crate) fn launch(
    kernel: &Kernel,
    launch: &Launch<'_>,
    memory: &dyn Memory,
) -> Result<(), Fault> {
    let fault = |line, block, thread, kind| Fault {
        kernel: kernel.name().into(),
        line,
        block,
        thread,
        kind,
    };
    let refused = |reason| fault(0, [0; 3], [0; 3], FaultKind::Refused(reason));
    check(kernel, launch).map_err(refused)?;
    let context = Context {
        program: &kernel.program,
        launch,
        memory,
        static_shared: kernel.shared_bytes(),
        threads: launch.block.iter().product(),
    };
    let mut left = launch.budget;
    for z in 0..launch.grid[2] {
        for y in 0..launch.grid[1] {
            for x in 0..launch.grid[0] {
                let ended = block::run(&context, kernel.number, [x, y, z], &mut left);
                ended.map_err(|stopped| {
                    let thread = frame::thread_place(launch.block, stopped.thread);
                    fault(stopped.line, [x, y, z], thread, stopped.kind)
                })?;
            }
        }
    }
    Ok(())
}

/// Says why a launch is refused before anything runs.
fn check(kernel: &Kernel, launch: &Launch<'_>) -> Result<(), String> {
    let threads = launch
        .block
        .iter()
        .map(|n| u64::from(*n))
        .fold(1, u64::saturating_mul);
    if threads == 0 || launch.grid.contains(&0) {
        return Err("the grid or the block has a side of 0".to_owned());
    }
    let most = kernel.max_threads().map_or(MOST_THREADS, u64::from);
    if threads > most {
        return Err(format!(
            "a block has {threads} threads, at most {most} are possible"
        ));
    }
    let shared = kernel.shared_bytes() + launch.shared_bytes as usize;
    if shared > MOST_SHARED {
        return Err(format!(
            "a block needs {shared} bytes of shared memory, at most {MOST_SHARED} are possible"
        ));
    }
    let (given, needed) = (launch.params.len(), kernel.param_bytes());
    if given < needed {
        return Err(format!(
            "the parameters have {given} bytes, the kernel reads {needed}"
        ));
    }
    Ok(())
}
