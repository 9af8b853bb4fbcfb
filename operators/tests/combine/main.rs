//! The operators of the `combine` group.

mod combine_latest;
mod concat;
mod concat_lazy;
mod interleave;
mod merge;
mod merge_eager;
mod merge_preferred;
mod merge_prioritized;
mod merge_sequence;
mod merge_sorted_by;
mod with_latest_from;
mod zip;
mod zip_all;
mod zip_n;
mod zip_with;
