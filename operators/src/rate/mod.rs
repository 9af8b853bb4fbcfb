//! Operators for a consumer slower, or faster, than its input.
//!
//! | method | what happens while the output is blocked |
//! | --- | --- |
//! | [`batch_on_backpressure`](crate::Flow::batch_on_backpressure) | items are gathered into vectors |
//! | [`buffer`](crate::Flow::buffer) | items are kept, and dropped or left when there are too many |
//! | [`conflate`](crate::Flow::conflate) | items are folded into one |
//! | [`conflate_with_seed`](crate::Flow::conflate_with_seed) | items are folded into a summary |
//! | [`deadline_drop`](crate::Flow::deadline_drop) | items age, and are dropped later |
//! | [`decouple`](crate::Flow::decouple) | items go into a store of your own |
//! | [`expand`](crate::Flow::expand) | one item is taken; it is the input's silence that is filled |
//! | [`fail_on_overflow`](crate::Flow::fail_on_overflow) | items are kept, until one too many ends the stream |
//! | [`latest`](crate::Flow::latest) | the newest item is kept |
//! | [`latest_by_key`](crate::Flow::latest_by_key) | the newest item of each key is kept |
//! | [`valve`](crate::Flow::valve) | nothing; anyone may block the output |
//!
//! Most of these are decoupled: they take input while nobody asks for items.
//! That needs a consumer that drives [`Progress`](crate::Progress), as a node
//! of millpond and the consumers of this crate do. To take input on a task of
//! its own, put `detach` (feature `tasks`) behind the operator.
//!
//! Use `latest` or `conflate` for readings of which only the newest or the sum
//! counts, `buffer` for bursts, and `fail_on_overflow` where a loss must not
//! pass unseen.

mod batch_on_backpressure;
mod buffer;
mod conflate;
mod conflate_with_seed;
#[cfg(feature = "time")]
mod deadline_drop;
mod decouple;
mod expand;
mod fail_on_overflow;
mod latest;
mod latest_by_key;
mod valve;

pub use batch_on_backpressure::BatchOnBackpressure;
pub use buffer::{Buffered, Overflow};
pub use conflate::Conflate;
pub use conflate_with_seed::ConflateWithSeed;
#[cfg(feature = "time")]
pub use deadline_drop::DeadlineDrop;
pub use decouple::{Decoupled, Store};
pub use expand::Expand;
pub use fail_on_overflow::{FailOnOverflow, Overflowed};
pub use latest_by_key::LatestByKey;
pub use valve::{Valve, Valved};
