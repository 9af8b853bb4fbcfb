//! Operators that leave items out.
//!
//! | method | emits |
//! | --- | --- |
//! | [`dedup`](crate::Flow::dedup) | the items that differ from the item before |
//! | [`dedup_by_key`](crate::Flow::dedup_by_key) | the items whose key differs from that of the item before |
//! | [`filter`](crate::Flow::filter) | the items that pass a test |
//! | [`filter_map`](crate::Flow::filter_map) | what a closure makes of each item, where it makes something |
//! | [`map_while`](crate::Flow::map_while) | what a closure makes of each item, until it makes nothing |
//! | [`skip`](crate::Flow::skip) | all items but the first ones |
//! | [`skip_last`](crate::Flow::skip_last) | all items but the last ones |
//! | [`skip_while`](crate::Flow::skip_while) | the items from the first that fails a test on |
//! | [`take`](crate::Flow::take) | the first items, then the end |
//! | [`take_last`](crate::Flow::take_last) | the last items |
//! | [`take_while`](crate::Flow::take_while) | the items before the first that fails a test, then the end |
//! | [`take_while_inclusive`](crate::Flow::take_while_inclusive) | the items up to and with the first that fails a test, then the end |

mod dedup;
mod dedup_by_key;
#[expect(
    clippy::module_inception,
    reason = "the group is named after its first operator"
)]
mod filter;
mod filter_map;
mod map_while;
mod skip;
mod skip_last;
mod skip_while;
mod take;
mod take_last;
mod take_while;
mod take_while_inclusive;

pub use dedup::Dedup;
pub use dedup_by_key::DedupByKey;
pub use filter::Filter;
pub use filter_map::FilterMap;
pub use map_while::MapWhile;
pub use skip::Skip;
pub use skip_last::SkipLast;
pub use skip_while::SkipWhile;
pub use take::Take;
pub use take_last::TakeLast;
pub use take_while::TakeWhile;
pub use take_while_inclusive::TakeWhileInclusive;
