//! Operators that join several streams into one.
//!
//! | method or function | gives |
//! | --- | --- |
//! | [`merge`](crate::Flow::merge) | the items of two streams, as they come |
//! | [`merge`](fn@merge) | the items of any number of streams of one type, as they come |
//! | [`merge_eager`](crate::Flow::merge_eager) | the items of two streams, until one of them ends |
//! | [`merge_preferred`](crate::Flow::merge_preferred) | the items of two streams, those of one first |
//! | [`merge_prioritized`](fn@merge_prioritized) | the items of any number of streams, in shares of given weights |
//! | [`concat`](crate::Flow::concat) | the items of one stream, then those of another |
//! | [`concat_lazy`](crate::Flow::concat_lazy) | the items of one stream, then those of one opened later |
//! | [`interleave`](crate::Flow::interleave) | runs of items of two streams in turn |
//! | [`merge_sorted_by`](crate::Flow::merge_sorted_by) | the items of two sorted streams, sorted |
//! | [`merge_sequence`](crate::Flow::merge_sequence) | the items of two streams, in the order of their numbers |
//! | [`zip`](crate::Flow::zip) | pairs of items with the same index |
//! | [`zip_with`](crate::Flow::zip_with) | what a closure makes of items with the same index |
//! | [`zip_all`](crate::Flow::zip_all) | pairs of items with the same index, to the end of both |
//! | [`zip_n`](fn@zip_n) | vectors of items of any number of streams with the same index |
//! | [`combine_latest`](crate::Flow::combine_latest) | what a closure makes of the newest items, at each change of either |
//! | [`with_latest_from`](crate::Flow::with_latest_from) | what a closure makes of every item and the newest one of another stream |
//!
//! A merge takes whatever is ready, in no promised order; it is fair, except
//! for `merge_preferred`. Do not nest the methods to join more than two
//! streams, since the outermost one would get half of all turns; use the
//! functions. `interleave`, `merge_sorted_by` and `merge_sequence` promise an
//! order, and so a side that is silent may keep the other waiting.
//!
//! Streams whose items belong together one to one are zipped. Where each side
//! has its own pace, `combine_latest` emits at the changes of both, and
//! `with_latest_from` at those of one: a stream of settings beside one of data.

mod combine_latest;
mod concat;
mod concat_lazy;
mod interleave;
mod latest;
mod merge;
mod merge_all;
mod merge_eager;
mod merge_preferred;
mod merge_prioritized;
mod merge_sequence;
mod merge_sorted_by;
mod side;
mod with_latest_from;
mod zip;
mod zip_all;
mod zip_n;
mod zip_with;

pub use combine_latest::CombineLatest;
pub use concat::Concat;
pub use concat_lazy::ConcatLazy;
pub use interleave::Interleave;
pub use merge::Merge;
pub use merge_all::{MergeAll, merge};
pub use merge_eager::MergeEager;
pub use merge_preferred::MergePreferred;
pub use merge_prioritized::{MergePrioritized, merge_prioritized};
pub use merge_sequence::MergeSequence;
pub use merge_sorted_by::MergeSortedBy;
pub use with_latest_from::{BeforeFirst, WithLatestFrom};
pub use zip::Zip;
pub use zip_all::ZipAll;
pub use zip_n::{ZipN, zip_n};
pub use zip_with::ZipWith;

type SizeHint = (usize, Option<usize>);

/// What all of several streams promise together.
fn sum_of_hints(hints: impl IntoIterator<Item = SizeHint>) -> SizeHint {
    hints
        .into_iter()
        .fold((0, Some(0)), |(lower, upper), (more, at_most)| {
            let upper = upper.zip(at_most).and_then(|(a, b)| a.checked_add(b));
            (lower.saturating_add(more), upper)
        })
}
