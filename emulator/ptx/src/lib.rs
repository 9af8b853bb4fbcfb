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
//! ```
//! use std::cell::RefCell;
//!
//! use millpond_ptx::{AccessError, Launch, Memory, Module};
//!
//! /// Four bytes at address 256.
//! struct Word(RefCell<[u8; 4]>);
//!
//! impl Memory for Word {
//!     fn read(&self, address: u64, into: &mut [u8]) -> Result<(), AccessError> {
//!         check(address, into.len())?;
//!         into.copy_from_slice(&*self.0.borrow());
//!         Ok(())
//!     }
//!     fn write(&self, address: u64, from: &[u8]) -> Result<(), AccessError> {
//!         check(address, from.len())?;
//!         self.0.borrow_mut().copy_from_slice(from);
//!         Ok(())
//!     }
//! }
//!
//! fn check(address: u64, len: usize) -> Result<(), AccessError> {
//!     let whole = address == 256 && len == 4;
//!     if whole { Ok(()) } else { Err(AccessError("only 256 to 259 exist".to_owned())) }
//! }
//!
//! let text = "
//!     .version 8.8
//!     .target sm_80
//!     .address_size 64
//!     .visible .entry store(.param .u64 store_param_0) {
//!         .reg .b64 %rd<2>;
//!         ld.param.u64 %rd1, [store_param_0];
//!         st.global.u32 [%rd1], 7;
//!         ret;
//!     }";
//! let kernel = Module::parse(text)?.kernel("store").expect("the text has it");
//! let memory = Word(RefCell::new([0; 4]));
//!
//! kernel.launch(&Launch::new([1; 3], [1; 3], 0, &256_u64.to_le_bytes()), &memory)?;
//! assert_eq!(memory.0.into_inner(), [7, 0, 0, 0]);
//!
//! let memory = Word(RefCell::new([0; 4]));
//! let fault = kernel.launch(&Launch::new([1; 3], [1; 3], 0, &260_u64.to_le_bytes()), &memory);
//! assert_eq!(
//!     fault.unwrap_err().to_string(),
//!     "kernel `store`, PTX line 8, block [0, 0, 0], thread [0, 0, 0]: \
//!      write of 4 bytes at 0x104: only 256 to 259 exist"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
