//! The operators of the `consume` group.

mod collect;
mod element_at;
mod first;
mod fold;
mod for_each;
mod for_each_async;
mod for_each_concurrent;
mod ignore;
mod last;
mod next;
mod send_to;
mod single;
mod try_collect;
mod try_fold;
mod try_for_each;
mod try_for_each_async;
