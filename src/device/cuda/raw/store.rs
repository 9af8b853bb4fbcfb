use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Stream;
use super::block::Block;
use crate::device::DeviceError;

/// The memory that a stream keeps, so that the driver is not asked for each
/// batch anew.
///
/// What is put back is used next by later work of the same stream, which is
/// done in order, so nothing has to wait. Sizes are rounded up to powers of
/// two, unless the device has no memory for that, and blocks of each size are
/// for that size only: work finds all it needs the second time.
#[derive(Debug, Default)]
pub(super) struct Store {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    free: Vec<Block>,
    /// How many are in use.
    out: usize,
    /// How many graphs use blocks, free ones too.
    graphs: usize,
}

/// Smaller sizes are not worth telling apart; the driver aligns to this.
const SMALLEST: usize = 256;

impl Store {
    /// Takes a block of so many bytes at least.
    pub(super) fn take(&self, stream: &Stream, bytes: usize) -> Result<Block, DeviceError> {
        let mut state = self.lock();
        let sizes = [size(bytes), bytes];
        let fits = |block: &Block| sizes.contains(&block.bytes());
        let block = match state.free.iter().position(fits) {
            Some(place) => state.free.swap_remove(place),
            None => match Block::new(stream, size(bytes)) {
                Err(DeviceError::OutOfMemory { .. }) => Block::new(stream, bytes),
                other => other,
            }?,
        };
        state.out += 1;
        Ok(block)
    }

    pub(super) fn put_back(&self, block: Block) {
        let mut state = self.lock();
        state.out -= 1;
        state.free.push(block);
    }

    /// Whether no block is in use.
    pub(super) fn is_whole(&self) -> bool {
        self.lock().out == 0
    }

    /// Notes that a graph uses blocks from now on.
    pub(super) fn add_graph(&self) {
        self.lock().graphs += 1;
    }

    /// Notes that a graph is gone.
    pub(super) fn remove_graph(&self) {
        self.lock().graphs -= 1;
    }

    /// Gives up what is free, unless a graph uses it.
    pub(super) fn empty(&self) -> Vec<Block> {
        let mut state = self.lock();
        if state.graphs == 0 {
            std::mem::take(&mut state.free)
        } else {
            Vec::new()
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How large the block for so many bytes is.
fn size(bytes: usize) -> usize {
    let size = bytes.max(SMALLEST).checked_next_power_of_two();
    size.unwrap_or(bytes)
}
