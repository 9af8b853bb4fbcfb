//! Operators that join several streams into one.
//!
//! | method or function | gives |
//! | --- | --- |
//! | [`merge`](crate::Flow::merge) | the items of two streams, as they come |
//! | [`merge`](fn@merge) | the items of any number of streams of one type, as they come |
//!
//! Both are fair. Do not nest the method to join more than two streams, since
//! the outermost one would get half of all turns; use the function.

type SizeHint = (usize, Option<usize>);

mod merge;
mod merge_all;

pub use merge::Merge;
pub use merge_all::{MergeAll, merge};

/// What all of several streams promise together.
fn sum_of_hints(hints: impl IntoIterator<Item = SizeHint>) -> SizeHint {
    hints
        .into_iter()
        .fold((0, Some(0)), |(lower, upper), (more, at_most)| {
            let upper = upper.zip(at_most).and_then(|(a, b)| a.checked_add(b));
            (lower.saturating_add(more), upper)
        })
}
