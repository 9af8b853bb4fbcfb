//! Operators that leave items out.
//!
//! | method | emits |
//! | --- | --- |
//! | [`filter`](crate::Flow::filter) | the items that pass a test |
//! | [`filter_map`](crate::Flow::filter_map) | what a closure makes of each item, where it makes something |
//! | [`take`](crate::Flow::take) | the first items, then the end |

#[expect(
    clippy::module_inception,
    reason = "the group is named after its first operator"
)]
mod filter;
mod filter_map;
mod take;

pub use filter::Filter;
pub use filter_map::FilterMap;
pub use take::Take;
