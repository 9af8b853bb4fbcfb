//! The way in for streams of other crates.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Wraps any stream, so that the operators of this crate are its methods.
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
///
/// assert_eq!(doubled, [2, 4, 6]);
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
pub fn flow<S, Origin>(stream: S) -> Flow<Foreign<S>>
where
    S: WithoutProgress<Origin>,
{
    Flow::native(Foreign {
        input: stream,
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

/// Streams that [`flow`] may wrap: all but `Flow` itself.
///
/// Every stream has the [`AnyStream`] form. A `Flow` has a second one, so for
/// it the compiler cannot choose and refuses the call: the only way on stable
/// Rust to say "any stream except ours".
pub trait WithoutProgress<Origin>: Stream {}

impl<S: Stream> WithoutProgress<AnyStream> for S {}
impl<S: Progress> WithoutProgress<AlreadyAFlow> for Flow<S> {}

/// Marks the form that every stream has. See [`WithoutProgress`].
#[derive(Debug)]
pub enum AnyStream {}

/// Marks the form that only a `Flow` has, which makes `flow(flow)` ambiguous. See [`WithoutProgress`].
#[derive(Debug)]
pub enum AlreadyAFlow {}
