//! The operators of the `source` group.

mod interval;
mod lazy;
mod poll_fn;
mod queue;
mod timer;
mod unfold;
mod unfold_resource;
