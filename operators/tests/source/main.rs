//! The operators of the `source` group.

mod lazy;
mod poll_fn;
mod queue;
mod unfold;
mod unfold_resource;
