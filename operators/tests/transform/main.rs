//! The operators of the `transform` group.

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
