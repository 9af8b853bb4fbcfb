//! The operators of the `combine` group.

mod merge;
