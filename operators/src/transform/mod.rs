//! Operators that turn items into other ones, or add some.
//!
//! | method | emits |
//! | --- | --- |
//! | [`default_if_empty`](crate::Flow::default_if_empty) | each item, or a given one if there is none |
//! | [`enumerate`](crate::Flow::enumerate) | each item with its index |
//! | [`flat_map_iter`](crate::Flow::flat_map_iter) | each item of an iterator made of each item |
//! | [`inspect`](crate::Flow::inspect) | each item, after a look at it |
//! | [`intersperse`](crate::Flow::intersperse) | each item, with a separator between each two |
//! | [`map`](crate::Flow::map) | what a closure makes of each item |
//! | [`pairwise`](crate::Flow::pairwise) | each two neighbours as a pair |
//! | [`scan`](crate::Flow::scan) | what a closure makes of each item and a state, until it makes nothing |
//! | [`start_with`](crate::Flow::start_with) | some given items, then each item |
//! | [`stateful_map`](crate::Flow::stateful_map) | what a closure makes of each item and a state, and one more at the end |
//!
//! They hold one item at most besides their arguments. Where the closure has to
//! wait, use the operators of [`concurrent`](crate::concurrent).

mod default_if_empty;
mod enumerate;
mod flat_map_iter;
mod inspect;
mod intersperse;
mod map;
mod pairwise;
mod scan;
mod start_with;
mod stateful_map;

pub use default_if_empty::DefaultIfEmpty;
pub use enumerate::Enumerate;
pub use flat_map_iter::FlatMapIter;
pub use inspect::Inspect;
pub use intersperse::Intersperse;
pub use map::Map;
pub use pairwise::Pairwise;
pub use scan::Scan;
pub use start_with::StartWith;
pub use stateful_map::StatefulMap;
