//! Operators that turn items into other ones, or add some.
//!
//! | method | emits |
//! | --- | --- |
//! | [`default_if_empty`](crate::Flow::default_if_empty) | each item, or a given one if there is none |
//! | [`dematerialize`](crate::Flow::dematerialize) | the results that each event tells of |
//! | [`enumerate`](crate::Flow::enumerate) | each item with its index |
//! | [`expand_recursive`](crate::Flow::expand_recursive) | each item, and all that a closure makes of what is emitted |
//! | [`flat_map`](crate::Flow::flat_map) | each item of a stream made of each item, one stream at a time |
//! | [`flat_map_iter`](crate::Flow::flat_map_iter) | each item of an iterator made of each item |
//! | [`flat_map_sequential`](crate::Flow::flat_map_sequential) | the same as `flat_map`, with several streams at work |
//! | [`flat_map_unordered`](crate::Flow::flat_map_unordered) | each item of a stream made of each item, several streams at a time |
//! | [`flatten`](crate::Flow::flatten) | each item of each stream, one stream at a time |
//! | [`flatten_unordered`](crate::Flow::flatten_unordered) | each item of each stream, several streams at a time |
//! | [`inspect`](crate::Flow::inspect) | each item, after a look at it |
//! | [`intersperse`](crate::Flow::intersperse) | each item, with a separator between each two |
//! | [`map`](crate::Flow::map) | what a closure makes of each item |
//! | [`map_with_resource`](crate::Flow::map_with_resource) | what a closure makes of each item and of an open resource |
//! | [`materialize`](crate::Flow::materialize) | each result as an event, and the end as a last one |
//! | [`pairwise`](crate::Flow::pairwise) | each two neighbours as a pair |
//! | [`scan`](crate::Flow::scan) | what a closure makes of each item and a state, until it makes nothing |
//! | [`scan_async`](crate::Flow::scan_async) | what a future makes of each item and a state, until one makes nothing |
//! | [`start_with`](crate::Flow::start_with) | some given items, then each item |
//! | [`stateful_map`](crate::Flow::stateful_map) | what a closure makes of each item and a state, and one more at the end |
//! | [`switch_if_empty`](crate::Flow::switch_if_empty) | each item, or those of another stream if there is none |
//! | [`switch_map`](crate::Flow::switch_map) | each item of a stream made of the latest item |
//! | [`then`](crate::Flow::then) | the result of a future made of each item, one future at a time |
//!
//! They hold one item at most besides their arguments, but for those that take
//! a bound. Where the closure has to wait, `then` waits for one future at a time,
//! and the operators of [`concurrent`](crate::concurrent) for several.
//!
//! Where an item becomes a stream, the question is what happens when the next
//! item comes before that stream has ended. With `flat_map` it waits; with
//! `flat_map_sequential` and `flat_map_unordered` its stream starts beside the
//! others, and the first of them keeps the order; with `switch_map` its stream
//! takes the place of the one before.

mod default_if_empty;
mod dematerialize;
mod enumerate;
mod expand_recursive;
mod flat_map;
mod flat_map_iter;
mod flat_map_sequential;
mod flat_map_unordered;
mod flatten;
mod flatten_unordered;
mod inspect;
mod intersperse;
mod map;
mod map_with_resource;
mod materialize;
mod pairwise;
mod scan;
mod scan_async;
mod start_with;
mod stateful_map;
mod switch_if_empty;
mod switch_map;
mod then;

pub use default_if_empty::DefaultIfEmpty;
pub use dematerialize::Dematerialize;
pub use enumerate::Enumerate;
pub use expand_recursive::ExpandRecursive;
pub use flat_map_iter::FlatMapIter;
pub use flat_map_sequential::FlatMapSequential;
pub use flatten::Flatten;
pub use flatten_unordered::FlattenUnordered;
pub use inspect::Inspect;
pub use intersperse::Intersperse;
pub use map::Map;
pub use map_with_resource::MapWithResource;
pub use materialize::{Event, Materialize};
pub use pairwise::Pairwise;
pub use scan::Scan;
pub use scan_async::ScanAsync;
pub use start_with::StartWith;
pub use stateful_map::StatefulMap;
pub use switch_if_empty::SwitchIfEmpty;
pub use switch_map::SwitchMap;
pub use then::Then;
