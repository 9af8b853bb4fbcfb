use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

use futures_core::Stream;
use futures_util::stream::{self, Iter};

use crate::{Flow, Progress};

/// What [`flow`](crate::flow()) takes: anything but a `Flow` that gives items.
///
/// `Origin` tells the forms apart and is inferred. A stream has one form, an
/// iterator has another, and so have the collections of the standard library
/// and the receivers and listeners of tokio. A `Flow` has two, so for it the
/// compiler cannot choose and refuses the call: the only way on stable Rust to
/// say "any stream except ours".
///
/// Collections are named one by one, because some streams are collections too:
/// `FuturesUnordered` and `SelectAll` of `futures` are wrapped as streams.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no items that a `Flow` could wrap",
    label = "neither a stream nor an iterator",
    note = "of a collection of another crate, give `.into_iter()`",
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

impl<I: Iterator> IntoForeign<AnyIterator> for I {
    type Stream = Iter<I>;

    fn into_foreign(self) -> Iter<I> {
        stream::iter(self)
    }
}

impl<'a, C: ?Sized> IntoForeign<BorrowedCollection> for &'a C
where
    &'a C: IntoIterator,
{
    type Stream = Iter<<&'a C as IntoIterator>::IntoIter>;

    fn into_foreign(self) -> Self::Stream {
        stream::iter(self)
    }
}

macro_rules! collections {
    ($([$($generics:tt)*] $collection:ty),* $(,)?) => {$(
        impl<$($generics)*> IntoForeign<OwnedCollection> for $collection {
            type Stream = Iter<<$collection as IntoIterator>::IntoIter>;

            fn into_foreign(self) -> Self::Stream {
                stream::iter(self)
            }
        }
    )*};
}

collections! {
    [T, const N: usize] [T; N],
    [T] Vec<T>,
    [T] Box<[T]>,
    [T] VecDeque<T>,
    [T] LinkedList<T>,
    [T] BinaryHeap<T>,
    [T] BTreeSet<T>,
    [K, V] BTreeMap<K, V>,
    [T, H] HashSet<T, H>,
    [K, V, H] HashMap<K, V, H>,
    [T] Option<T>,
    [T, E] Result<T, E>,
}

/// Marks the form that every stream has. See [`IntoForeign`].
#[derive(Debug)]
pub enum AnyStream {}

/// Marks the form that only a `Flow` has, which makes `flow(flow)` ambiguous.
/// See [`IntoForeign`].
#[derive(Debug)]
pub enum AlreadyAFlow {}

/// Marks the form that every iterator has, a range among them. See
/// [`IntoForeign`].
#[derive(Debug)]
pub enum AnyIterator {}

/// Marks the form that the collections of the standard library have. See
/// [`IntoForeign`].
#[derive(Debug)]
pub enum OwnedCollection {}

/// Marks the form that a borrowed collection has. See [`IntoForeign`].
#[derive(Debug)]
pub enum BorrowedCollection {}
