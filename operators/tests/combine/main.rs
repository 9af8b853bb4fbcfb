//! The operators of the `combine` group.

mod combine_latest;
mod concat;
mod merge;
mod with_latest_from;
mod zip;
mod zip_with;
