//! An interpreter of PTX for tests.
//!
//! PTX is the text that a CUDA driver translates for its device. This crate
//! runs such text, as NVRTC writes it for `sm_80`, on the CPU, one thread of
//! a block after another, and reports what a device would pass over in
//! silence. It tells nothing about speed, and it is no device: approximate
//! instructions (`ex2.approx`, `sin.approx`) give the exactly rounded value,
//! where a device may differ in its last bits.
//!
//! [`Module::parse`] reads the text and refuses, by line, what it does not
//! know. [`Module::kernel`] finds a kernel, and [`Kernel::launch`] runs it on
//! the [`Memory`] it is given.
//!
//! # What a launch reports
//!
//! A [`Fault`] names the kernel, the line of its PTX, the block and the thread:
//!
//! - an address outside of every allocation, or not aligned;
//! - shared or local memory read before anything wrote it;
//! - two threads at one byte of shared memory, one of them writing, with no
//!   barrier between them;
//! - a barrier that some threads of the block never reach, or reach from
//!   different instructions; a shuffle or vote that a lane of its mask never
//!   comes to, or that reads a lane which has ended;
//! - a launch that does not end within [`Launch::budget`] instructions.
//!
//! # Examples
//!
//! See `tests/kernels.rs`.

mod error;
mod fault;
mod launch;
mod lower;
mod memory;
mod opcode;
mod program;
mod pure;
mod run;
mod scalar;
mod syntax;
mod token;

pub use error::PtxError;
pub use fault::{Fault, FaultKind};
pub use launch::{Kernel, Launch, Module, Param};
pub use memory::{AccessError, Memory};
