//! Operators that join several streams into one.
//!
//! | method or function | gives |
//! | --- | --- |
//! | [`merge`](crate::Flow::merge) | the items of two streams, as they come |
//! | [`merge`](fn@merge) | the items of any number of streams of one type, as they come |
//! | [`concat`](crate::Flow::concat) | the items of one stream, then those of another |
//! | [`zip`](crate::Flow::zip) | pairs of items with the same index |
//! | [`zip_with`](crate::Flow::zip_with) | what a closure makes of items with the same index |
//! | [`combine_latest`](crate::Flow::combine_latest) | what a closure makes of the newest items, at each change of either |
//! | [`with_latest_from`](crate::Flow::with_latest_from) | what a closure makes of every item and the newest one of another stream |
//!
//! The merges are fair. Do not nest the method to join more than two streams,
//! since the outermost one would get half of all turns; use the function.
//!
//! Streams whose items belong together one to one are zipped. Where each side
//! has its own pace, `combine_latest` emits at the changes of both, and
//! `with_latest_from` at those of one: a stream of settings beside one of data.

mod combine_latest;
mod concat;
mod latest;
mod merge;
mod merge_all;
mod side;
mod with_latest_from;
mod zip;
mod zip_with;

pub use combine_latest::CombineLatest;
pub use concat::Concat;
pub use merge::Merge;
pub use merge_all::{MergeAll, merge};
pub use with_latest_from::{BeforeFirst, WithLatestFrom};
pub use zip::Zip;
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
