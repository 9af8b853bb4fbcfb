//! The operators of the `fan_out` group.

mod also_to;
mod balance;
mod broadcast;
mod divert_to;
mod flat_map_prefix;
mod group_by;
mod partition;
mod prefix_and_tail;
mod routed;
mod split_result;
mod stateful_map_by_key;
mod tasks;
mod unzip;
mod wire_tap;
