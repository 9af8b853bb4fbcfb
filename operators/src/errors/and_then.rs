use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::one_by_one::{OneByOne, Step};
use crate::{Flow, Progress};

/// Stream for [`Flow::and_then`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct AndThen<S, F, Fut: Future> {
    #[pin]
    input: OneByOne<S, Fut>,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits the result of the future that `f` makes of the value of every `Ok`.
    ///
    /// Every `Err` is emitted unchanged, in its place, and the output goes on after
    /// it. The futures run one at a time. For several at once, use
    /// [`map_async`](Flow::map_async), whose future gives the `Err` back:
    /// `map_async(n, async |result| f(result?).await)`.
    ///
    /// # Backpressure
    ///
    /// At most one item is inside: the future under way, or the result that is yet
    /// to be emitted. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) takes the next item and drives its
    /// future to its end.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the future under way, or its result.
    ///
    /// # Panics
    ///
    /// A panic of `f` or of a future passes through to the caller of the poll; the
    /// output goes on with the next item.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let results: Vec<_> = flow(stream::iter([Ok(2), Err("no number"), Ok(0)]))
    ///     .and_then(async |n: u32| 8_u32.checked_div(n).ok_or("division by 0"))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(4), Err("no number"), Err("division by 0")]);
    /// # }
    /// ```
    pub fn and_then<U, F, Fut>(self, f: F) -> Flow<AndThen<S, F, Fut>>
    where
        F: FnMut(T) -> Fut,
        Fut: Future<Output = Result<U, E>>,
    {
        Flow::native(AndThen {
            input: OneByOne::new(self.into_stream()),
            f,
        })
    }
}

impl<S, T, E, U, F, Fut> Stream for AndThen<S, F, Fut>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> Fut,
    Fut: Future<Output = Result<U, E>>,
{
    type Item = Result<U, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.input.poll_next(step(this.f), cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, T, E, U, F, Fut> FusedStream for AndThen<S, F, Fut>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> Fut,
    Fut: Future<Output = Result<U, E>>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, U, F, Fut> Progress for AndThen<S, F, Fut>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> Fut,
    Fut: Future<Output = Result<U, E>>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.input.poll_progress(step(this.f), cx)
    }
}

fn step<T, U, E, Fut: Future<Output = Result<U, E>>>(
    f: &mut impl FnMut(T) -> Fut,
) -> impl FnOnce(Result<T, E>) -> Step<Fut> {
    |result| match result {
        Ok(value) => Step::Run(f(value)),
        Err(error) => Step::Emit(Err(error)),
    }
}

impl<S: fmt::Debug, F, Fut: Future> fmt::Debug for AndThen<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AndThen")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
