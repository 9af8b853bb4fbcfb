//! The operators of the `filter` group.

mod filter;
mod filter_map;
mod take;
