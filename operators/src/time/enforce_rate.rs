use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::bucket::{Bucket, Rate};
use crate::{Flow, Progress};

/// Stream for [`Flow::enforce_rate`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct EnforceRate<S, F> {
    #[pin]
    input: S,
    cost: F,
    bucket: Bucket,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, as an error if it comes at more than a given rate.
    ///
    /// A bucket of `burst` tokens, full at first, is filled at [`rate`](Rate). An item
    /// takes as many tokens as `cost` says and is emitted as `Ok`; where there
    /// are too few, it takes none and is emitted as `Err`. `cost` is asked once
    /// for each. An item that costs more than `burst` passes when the bucket is
    /// full, and no other does until its whole cost has come in.
    ///
    /// # Errors
    ///
    /// [`RateExceeded`], with the item, and the stream goes on. To end with the
    /// first error, add
    /// [`take_while_inclusive(Result::is_ok)`](Self::take_while_inclusive).
    ///
    /// # Panics
    ///
    /// Panics at the call site if `burst` is zero.
    ///
    /// # Units
    ///
    /// `burst` and costs are in tokens: with `|_| 1` in items. Time is measured
    /// on tokio's clock when an item is taken; no timer is needed.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::time::Rate;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let requests: Vec<_> = flow(stream::iter(["a", "b", "c"]))
    ///     .enforce_rate(Rate::per_second(10), 2, |_| 1)
    ///     .map(|request| request.map_err(|refused| refused.into_item()))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(requests, [Ok("a"), Ok("b"), Err("c")]);
    /// # }
    /// ```
    #[track_caller]
    pub fn enforce_rate<F>(self, rate: Rate, burst: usize, cost: F) -> Flow<EnforceRate<S, F>>
    where
        F: FnMut(&S::Item) -> usize,
    {
        assert!(
            burst > 0,
            "an `enforce_rate` with a burst of 0 would let nothing pass; give at least 1"
        );
        Flow::native(EnforceRate {
            input: self.into_stream(),
            cost,
            bucket: Bucket::new(rate, burst),
        })
    }
}

impl<S, F> Stream for EnforceRate<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    type Item = Result<S::Item, RateExceeded<S::Item>>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.input.poll_next(cx).map(|item| {
            item.map(|item| {
                let cost = (this.cost)(&item);
                match this.bucket.take(cost, false) {
                    Ok(()) => Ok(item),
                    Err(_) => Err(RateExceeded { item }),
                }
            })
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, F> FusedStream for EnforceRate<S, F>
where
    S: Progress + FusedStream,
    F: FnMut(&S::Item) -> usize,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, F> Progress for EnforceRate<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for EnforceRate<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnforceRate")
            .field("input", &self.input)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// An item that came too soon. See [`enforce_rate`](Flow::enforce_rate).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "the item is inside"]
pub struct RateExceeded<T> {
    item: T,
}

impl<T> RateExceeded<T> {
    /// Gives the item back.
    pub fn into_item(self) -> T {
        self.item
    }
}

impl<T> fmt::Debug for RateExceeded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateExceeded").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for RateExceeded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the item came too soon for the rate")
    }
}

impl<T> Error for RateExceeded<T> {}
