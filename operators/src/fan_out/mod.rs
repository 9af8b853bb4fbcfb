//! Operators that share one input among several outputs.
//!
//! | method | which output an item goes to |
//! | --- | --- |
//! | [`broadcast`](crate::Flow::broadcast) | every one |
//! | [`balance`](crate::Flow::balance) | the one that asks first |
//! | [`partition`](crate::Flow::partition) | the one whose index a closure gives |
//! | [`divert_to`](crate::Flow::divert_to) | the second if it passes a test, or else the first |
//! | [`split_result`](crate::Flow::split_result) | the first if it is `Ok`, the second if `Err` |
//! | [`unzip`](crate::Flow::unzip) | its first half to the first, its second half to the second |
//! | [`group_by`](crate::Flow::group_by) | the group of its key, which is made for the first |
//! | [`wire_tap`](crate::Flow::wire_tap) | the first, and the second as well if that one keeps up |
//! | [`also_to`](crate::Flow::also_to) | the only one, and a consumer inside |
//! | [`prefix_and_tail`](crate::Flow::prefix_and_tail) | a vector for the first ones, a flow for the others |
//! | [`flat_map_prefix`](crate::Flow::flat_map_prefix) | the only one, through what a closure makes of the first ones |
//! | [`stateful_map_by_key`](crate::Flow::stateful_map_by_key) | the only one, with a state for each key |
//!
//! Outputs are flows of their own: consume them in one task with `join!`, in
//! one flow with [`merge`](fn@crate::merge), or in several tasks. Except for
//! those of `balance` and `wire_tap`, they share bounded stores that hold each
//! other up, so they have to be consumed at the same time. Where that
//! is not possible, or where one flow has to carry both kinds of items, map
//! them to [`Routed`]; where an output may lose items, take
//! [`wire_tap`](crate::Flow::wire_tap).
//!
//! To treat the items of each key by themselves,
//! [`stateful_map_by_key`](crate::Flow::stateful_map_by_key) takes one state
//! per key and no output; [`group_by`](crate::Flow::group_by) is for the few
//! keys whose items need operators of their own.

mod also_to;
mod balance;
mod branch;
mod broadcast;
mod divert_to;
mod flat_map_prefix;
mod fork;
mod group_by;
mod partition;
mod prefix_and_tail;
mod routed;
mod router;
mod split_result;
mod stateful_map_by_key;
mod store;
mod unzip;
mod wakers;
mod wire_tap;

pub use also_to::AlsoTo;
pub use balance::Balance;
pub use broadcast::Broadcast;
pub use divert_to::DivertTo;
pub use flat_map_prefix::FlatMapPrefix;
pub use group_by::{Group, GroupBy};
pub use partition::Partition;
pub use prefix_and_tail::{PrefixAndTail, Tail};
pub use routed::Routed;
pub use split_result::{Errs, Oks};
pub use stateful_map_by_key::StatefulMapByKey;
pub use unzip::{Firsts, Seconds};
pub use wire_tap::{Tap, WireTap};
