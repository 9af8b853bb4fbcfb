//! Operators on streams of results.
//!
//! | method | what it does with an error |
//! | --- | --- |
//! | [`map_ok`](crate::Flow::map_ok) | emits it unchanged, and goes on |
//! | [`map_err`](crate::Flow::map_err) | emits what a closure makes of it, and goes on |
//! | [`inspect_ok`](crate::Flow::inspect_ok) | emits it unchanged, and goes on |
//! | [`inspect_err`](crate::Flow::inspect_err) | shows it to a closure, emits it, and goes on |
//! | [`and_then`](crate::Flow::and_then) | emits it unchanged, and goes on |
//! | [`until_err`](crate::Flow::until_err) | emits it, and ends |
//! | [`try_or_else`](crate::Flow::try_or_else) | makes a future of it; ends if that gives an `Err` |
//! | [`try_filter`](crate::Flow::try_filter) | emits it, and ends |
//! | [`try_filter_map`](crate::Flow::try_filter_map) | emits it, and ends |
//! | [`try_take_while`](crate::Flow::try_take_while) | emits it, and ends |
//! | [`try_skip_while`](crate::Flow::try_skip_while) | emits it, and ends |
//! | [`try_flat_map_iter`](crate::Flow::try_flat_map_iter) | emits it, and ends |
//! | [`try_flatten`](crate::Flow::try_flatten) | emits it, and ends |
//! | [`recover`](crate::Flow::recover) | emits a value in its place, and ends |
//! | [`recover_with`](crate::Flow::recover_with) | goes on with another stream |
//! | [`on_error_complete`](crate::Flow::on_error_complete) | keeps it, and ends |
//! | [`ignore_errors`](crate::Flow::ignore_errors) | drops and counts it, and goes on |
//! | [`catch_unwind`](crate::Flow::catch_unwind) | makes one of a panic, and ends |
//! | [`retry_item`](crate::Flow::retry_item) | calls again for the item, in order; feature `retry` |
//! | [`retry_item_unordered`](crate::Flow::retry_item_unordered) | calls again for the item; feature `retry` |
//! | [`restart_with_backoff`](fn@restart_with_backoff) | makes the source anew; feature `retry` |
//!
//! The name says what happens at an `Err`. A method named like one of `Result`
//! acts on each result by itself and goes on. A `try_` method emits the first
//! `Err` in its place, be it of the input, of a closure or of an inner stream,
//! and ends; the closures of `try_` methods give results too. The exception is
//! [`try_or_else`](crate::Flow::try_or_else), named for the `or_else` of `Result`:
//! the `Err`s of the input are what it acts on, and only one that its closure's
//! future gives ends it. All other operators of this
//! crate pass results through as items like any other, and
//! [`until_err`](crate::Flow::until_err) makes a chain of them stop at the
//! first `Err`.
//!
//! Three kinds of failure have three answers. A bad *item* leaves by a way of
//! its own, and the others go on: [`fan_out`](crate::fan_out) splits results
//! into two streams. A failed *call* is made again for the item that it was
//! made for, by [`retry_item`](crate::Flow::retry_item). A failed *source* is
//! made anew, by [`restart_with_backoff`](fn@restart_with_backoff), or replaced
//! by another, by [`recover_with`](crate::Flow::recover_with). No operator acts
//! on errors of the operators before it: what becomes of an error is said
//! where it is made, or after.

mod and_then;
#[cfg(feature = "retry")]
mod attempts;
mod catch_unwind;
mod ignore_errors;
mod inspect_err;
mod inspect_ok;
mod map_err;
mod map_ok;
mod on_error_complete;
mod one_by_one;
mod recover;
mod recover_with;
#[cfg(feature = "retry")]
mod restart_policy;
#[cfg(feature = "retry")]
mod restart_with_backoff;
#[cfg(feature = "retry")]
mod retry_budget;
#[cfg(feature = "retry")]
mod retry_item;
#[cfg(feature = "retry")]
mod retry_item_unordered;
#[cfg(feature = "retry")]
mod retry_policy;
mod try_filter;
mod try_filter_map;
mod try_flat_map_iter;
mod try_flatten;
mod try_or_else;
mod try_skip_while;
mod try_take_while;
mod until_err;

pub use and_then::AndThen;
pub use catch_unwind::CatchUnwind;
pub use ignore_errors::IgnoreErrors;
pub use inspect_err::InspectErr;
pub use inspect_ok::InspectOk;
pub use map_err::MapErr;
pub use map_ok::MapOk;
pub use on_error_complete::OnErrorComplete;
pub use recover::Recover;
pub use recover_with::RecoverWith;
#[cfg(feature = "retry")]
pub use restart_policy::RestartPolicy;
#[cfg(feature = "retry")]
pub use restart_with_backoff::{RestartWithBackoff, restart_with_backoff};
#[cfg(feature = "retry")]
pub use retry_budget::RetryBudget;
#[cfg(feature = "retry")]
pub use retry_item::RetryItem;
#[cfg(feature = "retry")]
pub use retry_item_unordered::RetryItemUnordered;
#[cfg(feature = "retry")]
pub use retry_policy::{GaveUp, GaveUpReason, RetryPolicy};
pub use try_filter::TryFilter;
pub use try_filter_map::TryFilterMap;
pub use try_flat_map_iter::TryFlatMapIter;
pub use try_flatten::TryFlatten;
pub use try_or_else::TryOrElse;
pub use try_skip_while::TrySkipWhile;
pub use try_take_while::TryTakeWhile;
pub use until_err::UntilErr;
