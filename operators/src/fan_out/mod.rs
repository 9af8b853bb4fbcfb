//! Operators that share one input among several outputs.
//!
//! | method | which output an item goes to |
//! | --- | --- |
//!
//! Where one flow has to carry both kinds of items, such as the results of a
//! node with two outlets, they are [`Routed`].

mod routed;

pub use routed::Routed;
