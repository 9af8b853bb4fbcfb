//! The CUDA driver behind types that own what they hold: the only `unsafe`
//! code of the library.
//!
//! Every call of the driver goes through [`call`], which turns its answer, and
//! the panic of `cudarc` where a function is missing, into an error. What may
//! be unsound in a call is settled by the types:
//!
//! | type | what it keeps true |
//! | --- | --- |
//! | [`Context`] | lives as long as anything made in it; is current on the calling thread |
//! | [`Stream`] | is destroyed after the last memory that is ordered on it |
//! | [`Graph`] | is launched only while all memory and kernels that it was recorded with are there |
//! | [`Memory`] | is freed on its stream, behind all that was queued there and on the streams that have used it |
//! | [`Pinned`] | is neither read, written nor freed by the host while its stream may copy |
//! | [`Kernel`] | is launched with the number and kinds of arguments of its PTX |
//!
//! That a kernel stays inside the memory that it is given is not settled here:
//! the kernels are our own, are given the sizes beside the addresses, and run
//! on the emulator, which checks every access. Hence nothing of this module is
//! public.

#![expect(
    unsafe_code,
    reason = "the driver is a C library; each block says why it is sound"
)]

mod block;
mod call;
mod context;
mod event;
mod graph;
mod launch;
mod memory;
mod module;
mod nvrtc;
mod pinned;
mod recording;
mod store;
mod stream;
mod symbols;

pub(super) use context::Context;
pub(crate) use graph::Graph;
pub(crate) use launch::{Argument, Grid};
pub(crate) use memory::Memory;
pub(super) use module::{Kernel, Module};
pub(super) use nvrtc::compile;
pub(crate) use pinned::Pinned;
pub(super) use recording::unless_recorded_here;
pub(crate) use stream::Stream;
pub(super) use symbols::{count, driver};
