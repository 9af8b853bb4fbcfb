//! The operators of the `consume` group.

mod collect;
mod fold;
mod for_each;
mod for_each_async;
mod next;
