//! What a running kernel did wrong.

use std::sync::Arc;

use thiserror::Error;

use crate::memory::AccessError;

/// The end of a launch that went wrong, with the place.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("kernel `{kernel}`, PTX line {line}, block {block:?}, thread {thread:?}: {kind}")]
#[non_exhaustive]
pub struct Fault {
    /// The kernel's name.
    pub kernel: Arc<str>,
    /// The line of the instruction in the module's text, from 1; 0 if the
    /// launch was refused before anything ran.
    pub line: u32,
    /// The block, as `%ctaid` gives it.
    pub block: [u32; 3],
    /// The thread in its block, as `%tid` gives it.
    pub thread: [u32; 3],
    /// What went wrong.
    pub kind: FaultKind,
}

/// What went wrong.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// The launch asks for what no device has, or not for what the kernel
    /// needs; nothing ran.
    #[error("the launch is refused: {0}")]
    Refused(String),
    /// Device memory refused the access.
    #[error("{access} of {bytes} bytes at {address:#x}: {source}")]
    Address {
        /// `read`, `write` or `atomic`.
        access: &'static str,
        /// The first byte's address.
        address: u64,
        /// How many bytes.
        bytes: usize,
        /// What the memory says.
        source: AccessError,
    },
    /// An access outside of the block's shared memory, the thread's local
    /// memory or the parameters.
    #[error("{access} of {bytes} bytes at {offset} of {space} memory, which has {size} bytes")]
    Outside {
        /// `read`, `write` or `atomic`.
        access: &'static str,
        /// `shared`, `local` or `parameter`.
        space: &'static str,
        /// The first byte.
        offset: u64,
        /// How many bytes.
        bytes: usize,
        /// How many bytes there are.
        size: usize,
    },
    /// An address that is no multiple of the access's size.
    #[error("{access} of {bytes} bytes at {address:#x}, which is not aligned to {bytes}")]
    Misaligned {
        /// `read`, `write` or `atomic`.
        access: &'static str,
        /// The first byte's address.
        address: u64,
        /// How many bytes.
        bytes: usize,
    },
    /// Shared or local memory that nothing has written was read.
    #[error("read of byte {offset} of {space} memory, which nothing has written")]
    Unwritten {
        /// `shared` or `local`.
        space: &'static str,
        /// The first such byte.
        offset: u64,
    },
    /// Two threads at one byte of shared memory with no barrier between them.
    #[error(
        "{access} of byte {offset} of shared memory, which thread {other} {did} with no barrier between them"
    )]
    Race {
        /// `read`, `write` or `atomic`.
        access: &'static str,
        /// The byte.
        offset: u64,
        /// The other thread's number in the block.
        other: u32,
        /// What the other thread did: `read`, `wrote` or `changed atomically`.
        did: &'static str,
    },
    /// Threads that wait for each other, or at different barriers.
    #[error("{0}")]
    Barrier(String),
    /// A warp's operation that cannot come about as its mask says.
    #[error("{0}")]
    Warp(String),
    /// More instructions than the launch may take.
    #[error(
        "the launch took more than {0} instructions: an endless loop, or raise `Launch::budget`"
    )]
    Budget(u64),
    /// Calls nested too deeply.
    #[error("{0} calls are nested: an endless recursion")]
    Depth(usize),
    /// The kernel asked for it.
    #[error("the kernel executed `trap`")]
    Trap,
}
