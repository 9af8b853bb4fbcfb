use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::one_by_one::{OneByOne, Step};
use crate::{Flow, Progress};

/// Stream for [`Flow::try_or_else`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct TryOrElse<S, F, Fut: Future> {
    #[pin]
    input: OneByOne<S, Fut>,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits the result of the future that `f` makes of the error of every `Err`.
    ///
    /// Every `Ok` is emitted unchanged. The futures run one at a time. `f` may
    /// give another error type.
    ///
    /// # Completion
    ///
    /// Ends with the first `Err` that a future gives, or when the input ends. The
    /// input is dropped before that `Err` is handed out. An `Err` of the input alone
    /// does not end the output.
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
    /// let results: Vec<_> = flow(stream::iter([Ok(2), Err("late"), Err("lost"), Ok(3)]))
    ///     .try_or_else(async |error| if error == "late" { Ok(0) } else { Err(error) })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(2), Ok(0), Err("lost")]);
    /// # }
    /// ```
    pub fn try_or_else<U, F, Fut>(self, f: F) -> Flow<TryOrElse<S, F, Fut>>
    where
        F: FnMut(E) -> Fut,
        Fut: Future<Output = Result<T, U>>,
    {
        Flow::native(TryOrElse {
            input: OneByOne::new(self.into_stream()),
            f,
        })
    }
}

impl<S, T, E, U, F, Fut> Stream for TryOrElse<S, F, Fut>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(E) -> Fut,
    Fut: Future<Output = Result<T, U>>,
{
    type Item = Result<T, U>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let result = ready!(this.input.as_mut().poll_next(step(this.f), cx));
        if let Some(Err(_)) = result {
            this.input.end();
        }
        Poll::Ready(result)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // The very next one may be an `Err`.
        let (lower, upper) = self.input.size_hint();
        (lower.min(1), upper)
    }
}

impl<S, T, E, U, F, Fut> FusedStream for TryOrElse<S, F, Fut>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(E) -> Fut,
    Fut: Future<Output = Result<T, U>>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, U, F, Fut> Progress for TryOrElse<S, F, Fut>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(E) -> Fut,
    Fut: Future<Output = Result<T, U>>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.input.poll_progress(step(this.f), cx)
    }
}

fn step<T, E, U, Fut: Future<Output = Result<T, U>>>(
    f: &mut impl FnMut(E) -> Fut,
) -> impl FnOnce(Result<T, E>) -> Step<Fut> {
    |result| match result {
        Ok(value) => Step::Emit(Ok(value)),
        Err(error) => Step::Run(f(error)),
    }
}

impl<S: fmt::Debug, F, Fut: Future> fmt::Debug for TryOrElse<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryOrElse")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
