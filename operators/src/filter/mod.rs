//! Operators that leave items out.
//!
//! | method | emits |
//! | --- | --- |
//! | [`dedup`](crate::Flow::dedup) | the items that differ from the item before |
//! | [`dedup_by_key`](crate::Flow::dedup_by_key) | the items whose key differs from that of the item before |
//! | [`distinct`](crate::Flow::distinct) | the items that are not among the latest different ones |
//! | [`distinct_by_key`](crate::Flow::distinct_by_key) | the items whose key is not among the latest ones |
//! | [`filter`](crate::Flow::filter) | the items that pass a test |
//! | [`filter_map`](crate::Flow::filter_map) | what a closure makes of each item, where it makes something |
//! | [`limit`](crate::Flow::limit) | the first items, then an error if there are more |
//! | [`limit_weighted`](crate::Flow::limit_weighted) | the items up to a sum of costs, then an error if there are more |
//! | [`map_while`](crate::Flow::map_while) | what a closure makes of each item, until it makes nothing |
//! | [`skip`](crate::Flow::skip) | all items but the first ones |
//! | [`skip_last`](crate::Flow::skip_last) | all items but the last ones |
//! | [`skip_while`](crate::Flow::skip_while) | the items from the first that fails a test on |
//! | [`take`](crate::Flow::take) | the first items, then the end |
//! | [`take_last`](crate::Flow::take_last) | the last items |
//! | [`take_until`](crate::Flow::take_until) | the items before a future is ready, then the end |
//! | [`take_while`](crate::Flow::take_while) | the items before the first that fails a test, then the end |
//! | [`take_while_inclusive`](crate::Flow::take_while_inclusive) | the items up to and with the first that fails a test, then the end |
//!
//! `dedup` compares neighbours and holds one of them; `distinct` holds as many as
//! it is told to, and finds what came further back. `take` cuts an input off
//! without a word, where `limit` says that there was more.

mod dedup;
mod dedup_by_key;
mod distinct;
mod distinct_by_key;
#[expect(
    clippy::module_inception,
    reason = "the group is named after its first operator"
)]
mod filter;
mod filter_map;
mod limit;
mod limit_weighted;
mod map_while;
mod recent;
mod skip;
mod skip_last;
mod skip_while;
mod take;
mod take_last;
mod take_until;
mod take_while;
mod take_while_inclusive;

pub use dedup::Dedup;
pub use dedup_by_key::DedupByKey;
pub use distinct::Distinct;
pub use distinct_by_key::DistinctByKey;
pub use filter::Filter;
pub use filter_map::FilterMap;
pub use limit::Limit;
pub use limit_weighted::{LimitExceeded, LimitWeighted};
pub use map_while::MapWhile;
pub use skip::Skip;
pub use skip_last::SkipLast;
pub use skip_while::SkipWhile;
pub use take::Take;
pub use take_last::TakeLast;
pub use take_until::TakeUntil;
pub use take_while::TakeWhile;
pub use take_while_inclusive::TakeWhileInclusive;
