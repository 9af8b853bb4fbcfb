use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::filter`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Filter<S, F> {
    #[pin]
    input: S,
    keep: F,
}

impl<S: Progress> Flow<S> {
    /// Emits the items for which `keep` says `true`, and drops the others.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let even: Vec<_> = flow(stream::iter(1..=5)).filter(|n| n % 2 == 0).collect().await;
    ///
    /// assert_eq!(even, [2, 4]);
    /// # }
    /// ```
    pub fn filter<F>(self, keep: F) -> Flow<Filter<S, F>>
    where
        F: FnMut(&S::Item) -> bool,
    {
        Flow::native(Filter {
            input: self.into_stream(),
            keep,
        })
    }
}

impl<S, F> Stream for Filter<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(item) if !(this.keep)(&item) => {}
                kept_or_end => return Poll::Ready(kept_or_end),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.input.size_hint().1)
    }
}

impl<S, F> FusedStream for Filter<S, F>
where
    S: Progress + FusedStream,
    F: FnMut(&S::Item) -> bool,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, F> Progress for Filter<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }

    #[inline]
    fn poll_many(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        limit: usize,
        mut take: impl FnMut(S::Item),
    ) -> Poll<Option<usize>> {
        let this = self.project();
        let keep = this.keep;
        keep_many(this.input, cx, limit, |item| {
            keep(&item).then(|| take(item))
        })
    }
}

/// Hands out what `keep` makes something of, as
/// [`poll_many`](Progress::poll_many) does.
#[inline]
pub(super) fn keep_many<S: Progress>(
    mut input: Pin<&mut S>,
    cx: &mut Context<'_>,
    limit: usize,
    mut keep: impl FnMut(S::Item) -> Option<()>,
) -> Poll<Option<usize>> {
    let (mut asked, mut kept) = (0, 0);
    while asked < UNITS_PER_POLL {
        let most = limit.min(UNITS_PER_POLL - asked);
        let handed = input.as_mut().poll_many(cx, most, |item| {
            kept += usize::from(keep(item).is_some());
        });
        let Some(handed) = ready!(handed) else {
            return Poll::Ready(None);
        };
        if kept > 0 || limit == 0 {
            return Poll::Ready(Some(kept));
        }
        asked += handed;
    }
    yield_after(input, cx);
    Poll::Pending
}

impl<S: fmt::Debug, F> fmt::Debug for Filter<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
