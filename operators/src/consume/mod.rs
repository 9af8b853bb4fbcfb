//! Futures that take the items of a stream.
//!
//! | method | gives |
//! | --- | --- |
//! | [`collect`](crate::Flow::collect) | a collection of all items |
//! | [`element_at`](crate::Flow::element_at) | the item with an index |
//! | [`first`](crate::Flow::first) | the first item |
//! | [`fold`](crate::Flow::fold) | what a closure makes of all items, one by one |
//! | [`for_each`](crate::Flow::for_each) | nothing; a closure gets each item |
//! | [`for_each_async`](crate::Flow::for_each_async) | nothing; a future is made of each item, and awaited |
//! | [`for_each_concurrent`](crate::Flow::for_each_concurrent) | nothing; futures are made of the items, several at a time |
//! | [`ignore`](crate::Flow::ignore) | how many items there were |
//! | [`last`](crate::Flow::last) | the last item |
//! | [`next`](crate::Flow::next) | the next item |
//! | [`send_to`](crate::Flow::send_to) | nothing, or an error; a sink gets each item |
//! | [`single`](crate::Flow::single) | the only item, or an error |
//! | [`try_collect`](crate::Flow::try_collect) | a collection of all values, or the first error |
//! | [`try_fold`](crate::Flow::try_fold) | what a closure makes of all values, or the first error |
//! | [`try_for_each`](crate::Flow::try_for_each) | nothing, or the first error; a closure gets each value |
//! | [`try_for_each_async`](crate::Flow::try_for_each_async) | nothing, or the first error; a future is made of each value, and awaited |
//!
//! `while let Some(item) = items.next().await` with an `.await` in its body
//! leaves the stream unpolled while the body waits. `for_each_async` keeps
//! driving it; prefer that over any stream that has work under way.

mod collect;
mod element_at;
mod first;
mod fold;
mod for_each;
mod for_each_async;
mod for_each_concurrent;
mod ignore;
mod last;
mod next;
mod send_to;
mod single;
mod try_collect;
mod try_fold;
mod try_for_each;
mod try_for_each_async;

pub use collect::Collect;
pub use element_at::ElementAt;
pub use first::First;
pub use fold::Fold;
pub use for_each::ForEach;
pub use for_each_async::ForEachAsync;
pub use for_each_concurrent::ForEachConcurrent;
pub use ignore::Ignore;
pub use last::Last;
pub use next::Next;
pub use send_to::SendTo;
pub use single::{NotSingle, Single};
pub use try_collect::TryCollect;
pub use try_fold::TryFold;
pub use try_for_each::TryForEach;
pub use try_for_each_async::TryForEachAsync;
