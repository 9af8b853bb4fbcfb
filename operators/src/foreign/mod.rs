//! The way in for streams of other crates, and for what is as good as one.

mod into_foreign;
#[cfg(feature = "tokio-stream")]
mod tokio;

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

pub use self::into_foreign::{
    AlreadyAFlow, AnyIterator, AnyStream, BorrowedCollection, IntoForeign, OwnedCollection,
};
#[cfg(feature = "tokio-stream")]
pub use self::tokio::OfTokio;
use crate::{Flow, Progress};

/// Wraps any stream, so that the operators of this crate are its methods.
///
/// What is as good as a stream is taken too:
///
/// | given | items | feature |
/// | --- | --- | --- |
/// | a stream of any crate, an `async-stream` body, a receiver of `futures` | its own | |
/// | an iterator, a range, a collection of the standard library or a borrowed one | its own | |
/// | `tokio::sync::mpsc::Receiver`, `UnboundedReceiver` | what is sent | `tokio-stream` |
/// | `tokio::sync::broadcast::Receiver` | what is sent, or how many were missed | `tokio-stream` |
/// | `tokio::sync::watch::Receiver` | the value now, then each newest one | `tokio-stream` |
/// | `tokio::time::Interval` | the time of each tick | `tokio-stream` |
/// | `tokio::net::TcpListener`, `UnixListener` | connections, or errors | `tokio-stream` |
/// | `tokio::signal::unix::Signal` | `()` for each signal | `tokio-stream` |
/// | `tokio::io::Lines`, `Split` | lines and segments, or errors | `tokio-stream` |
/// | `tokio::fs::ReadDir` | entries, or errors | `tokio-stream` |
///
/// A collection of another crate is given as `.into_iter()`. What is a stream
/// and a collection at once, like `FuturesUnordered` and `SelectAll` of
/// `futures`, is taken as a stream.
///
/// The stream is fused: after its first `None` it is never polled again. It
/// has no [`Progress`] of its own, so work that it holds inside stands still
/// while nobody takes an item; operators applied after `flow(..)` do not have
/// this limit. That is why the wrapping is visible.
///
/// A `Flow` is refused here, at compile time, since wrapping it again would
/// cut its progress off; use it as it is. (In generic code over `S: Stream`
/// the compiler cannot see that a caller passed a `Flow`; ask for
/// `Flow<S>` with `S: Progress` there.)
///
/// # Examples
///
/// ```
/// use futures::stream;
/// use millpond_operators::flow;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let doubled: Vec<_> = flow(stream::iter([1, 2, 3])).map(|n| n * 2).collect().await;
/// let halved: Vec<_> = flow(doubled).map(|n| n / 2).collect().await;
///
/// assert_eq!(halved, [1, 2, 3]);
/// # }
/// ```
///
/// The body of an `async-stream` is a stream like any other:
///
/// ```
/// use async_stream::stream;
/// use millpond_operators::flow;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let squares = stream! {
///     for n in 1..=3 {
///         yield n * n;
///     }
/// };
/// let pairs: Vec<_> = flow(squares).pairwise().collect().await;
///
/// assert_eq!(pairs, [(1, 4), (4, 9)]);
/// # }
/// ```
///
/// ```compile_fail,E0283
/// use futures::stream;
/// use millpond_operators::flow;
///
/// let once = flow(stream::iter([1, 2, 3]));
/// let twice = flow(once); // a `Flow` needs no wrapping
/// ```
pub fn flow<S, Origin>(stream: S) -> Flow<Foreign<S::Stream>>
where
    S: IntoForeign<Origin>,
{
    Flow::native(Foreign {
        input: stream.into_foreign(),
        done: false,
    })
}

/// A stream of another crate, fused. See [`flow`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Foreign<S> {
    #[pin]
    input: S,
    done: bool,
}

impl<S: Stream> Stream for Foreign<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        let item = ready!(this.input.poll_next(cx));
        *this.done = item.is_none();
        Poll::Ready(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            (0, Some(0))
        } else {
            self.input.size_hint()
        }
    }
}

impl<S: Stream> FusedStream for Foreign<S> {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S: Stream> Progress for Foreign<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}
