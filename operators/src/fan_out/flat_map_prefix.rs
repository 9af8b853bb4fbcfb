use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::{PrefixAndTail, Tail};
use crate::{Flow, Progress};

/// Stream for [`Flow::flat_map_prefix`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct FlatMapPrefix<S: Progress, F, O> {
    // Gone once the prefix is complete.
    prefix: Option<(PrefixAndTail<S>, F)>,
    // There from then on, until it ends.
    #[pin]
    output: Option<O>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of the flow that `f` makes of the first items and of a
    /// flow of all others.
    ///
    /// `f` is called once, as soon as there are `max_items` items; with zero,
    /// in the first poll. So what the first items say, such as a header, may
    /// decide how the others are treated.
    ///
    /// # Completion
    ///
    /// Ends when the flow that `f` has made ends. An input that ends sooner
    /// gives a shorter prefix and an empty flow; `f` is called then too.
    ///
    /// # Backpressure
    ///
    /// At most `max_items` items are held, until `f` gets them.
    ///
    /// # Panics
    ///
    /// A panic of `f` ends the output.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let scaled: Vec<_> = flow([10, 1, 2, 3])
    ///     .flat_map_prefix(1, |scale, numbers| {
    ///         numbers.map(move |n| n * scale[0])
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(scaled, [10, 20, 30]);
    /// # }
    /// ```
    pub fn flat_map_prefix<F, O>(self, max_items: usize, f: F) -> Flow<FlatMapPrefix<S, F, O>>
    where
        F: FnOnce(Vec<S::Item>, Flow<Tail<S>>) -> Flow<O>,
        O: Progress,
    {
        Flow::native(FlatMapPrefix {
            prefix: Some((self.prefix_and_tail(max_items), f)),
            output: None,
        })
    }
}

impl<S, F, O> Stream for FlatMapPrefix<S, F, O>
where
    S: Progress,
    F: FnOnce(Vec<S::Item>, Flow<Tail<S>>) -> Flow<O>,
    O: Progress,
{
    type Item = O::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<O::Item>> {
        let mut this = self.project();
        if let Some((prefix, _)) = this.prefix {
            let (items, tail) = ready!(Pin::new(prefix).poll(cx));
            // Taken first, so that a panic of `f` leaves nothing behind.
            if let Some((_, f)) = this.prefix.take() {
                this.output.set(Some(f(items, tail).into_stream()));
            }
        }
        let Some(output) = this.output.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(output.poll_next(cx));
        if item.is_none() {
            this.output.set(None);
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match (&self.prefix, &self.output) {
            (Some(_), _) => (0, None),
            (None, Some(output)) => output.size_hint(),
            (None, None) => (0, Some(0)),
        }
    }
}

impl<S, F, O> FusedStream for FlatMapPrefix<S, F, O>
where
    S: Progress,
    F: FnOnce(Vec<S::Item>, Flow<Tail<S>>) -> Flow<O>,
    O: Progress,
{
    fn is_terminated(&self) -> bool {
        self.prefix.is_none() && self.output.is_none()
    }
}

impl<S, F, O> Progress for FlatMapPrefix<S, F, O>
where
    S: Progress,
    F: FnOnce(Vec<S::Item>, Flow<Tail<S>>) -> Flow<O>,
    O: Progress,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match (this.prefix, this.output.as_pin_mut()) {
            (Some((prefix, _)), _) => prefix.poll_progress(cx),
            (None, Some(output)) => output.poll_progress(cx),
            (None, None) => Poll::Ready(()),
        }
    }
}

impl<S: Progress, F, O: fmt::Debug> fmt::Debug for FlatMapPrefix<S, F, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.prefix.as_ref().map(|(prefix, _)| prefix.held());
        f.debug_struct("FlatMapPrefix")
            .field("held", &held)
            .field("output", &self.output)
            .finish_non_exhaustive()
    }
}
