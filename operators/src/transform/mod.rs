//! Operators that turn each item into another one.
//!
//! | method | emits |
//! | --- | --- |
//! | [`enumerate`](crate::Flow::enumerate) | each item with its index |
//! | [`inspect`](crate::Flow::inspect) | each item, after a look at it |
//! | [`map`](crate::Flow::map) | what a closure makes of each item |
//!
//! They hold nothing but their arguments. Where the closure has to wait, use
//! the operators of [`concurrent`](crate::concurrent).

mod enumerate;
mod inspect;
mod map;

pub use enumerate::Enumerate;
pub use inspect::Inspect;
pub use map::Map;
