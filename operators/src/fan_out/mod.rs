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
//!
//! Where one flow has to carry both kinds of items, such as the results of a
//! node with two outlets, they are [`Routed`].

mod balance;
mod branch;
mod broadcast;
mod divert_to;
mod fork;
mod partition;
mod routed;
mod split_result;
mod unzip;
mod wakers;

pub use balance::Balance;
pub use broadcast::Broadcast;
pub use divert_to::DivertTo;
pub use partition::Partition;
pub use routed::Routed;
pub use split_result::{Errs, Oks};
pub use unzip::{Firsts, Seconds};
