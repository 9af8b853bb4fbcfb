use futures_core::Stream;
use futures_util::stream::{self, Iter};

use crate::{Flow, Progress};

/// What [`flow`](crate::flow()) takes: anything but a `Flow` that gives items.
///
/// `Origin` tells the forms apart and is inferred. A stream has one form, an
/// iterator has another, and so have the receivers and listeners of tokio. A
/// `Flow` has two, so for it the compiler cannot choose and refuses the call:
/// the only way on stable Rust to say "any stream except ours".
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no items that a `Flow` could wrap",
    label = "neither a stream nor an iterator",
    note = "receivers, intervals and listeners of tokio need the feature `tokio-stream`"
)]
pub trait IntoForeign<Origin> {
    /// The stream that is wrapped.
    type Stream: Stream;

    /// Makes the stream. Nothing is polled.
    fn into_foreign(self) -> Self::Stream;
}

impl<S: Stream> IntoForeign<AnyStream> for S {
    type Stream = S;

    fn into_foreign(self) -> S {
        self
    }
}

impl<S: Progress> IntoForeign<AlreadyAFlow> for Flow<S> {
    type Stream = Self;

    fn into_foreign(self) -> Self {
        self
    }
}

impl<I: IntoIterator> IntoForeign<AnyIterator> for I {
    type Stream = Iter<I::IntoIter>;

    fn into_foreign(self) -> Iter<I::IntoIter> {
        stream::iter(self)
    }
}

/// Marks the form that every stream has. See [`IntoForeign`].
#[derive(Debug)]
pub enum AnyStream {}

/// Marks the form that only a `Flow` has, which makes `flow(flow)` ambiguous.
/// See [`IntoForeign`].
#[derive(Debug)]
pub enum AlreadyAFlow {}

/// Marks the form that every collection, range and iterator has. See
/// [`IntoForeign`].
#[derive(Debug)]
pub enum AnyIterator {}
