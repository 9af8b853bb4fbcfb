//! The operators of the `transform` group.

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
