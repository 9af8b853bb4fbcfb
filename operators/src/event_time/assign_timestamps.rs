use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::{Element, EventTime};
use crate::{Flow, Progress};

/// Stream for [`Flow::assign_timestamps`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct AssignTimestamps<S, F> {
    #[pin]
    input: S,
    time: F,
    // How far the watermark is behind the latest record.
    lag_ms: i128,
    max_items: usize,
    // Of all records.
    latest: Option<EventTime>,
    // The last one emitted.
    watermark: Option<EventTime>,
    // Records since then.
    records: usize,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item with its time, and watermarks between them.
    ///
    /// `time` says when an item happened, once for each. Items may come out of
    /// order, up to `max_lateness` behind the latest: the watermark is the
    /// latest time so far, less `max_lateness`, less one millisecond, since
    /// more records may bear the very time that is `max_lateness` back. (This is
    /// the [bounded out-of-orderness] of Flink.) It is emitted after
    /// `max_items` records, and sooner if the input has nothing ready, but
    /// only where it has gone up since it was last emitted. There is none
    /// while it would be before [`EventTime::MIN`]. It never goes back, and no
    /// item is held back: one that is later than that is emitted too, and the
    /// next operator tells that it is late.
    ///
    /// # Completion
    ///
    /// Ends with the input. The end makes no watermark, since it stands for one.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` is zero.
    ///
    /// # Units
    ///
    /// Parts of a millisecond in `max_lateness` count as a whole one.
    /// `max_items` bounds how many records a later operator waits for the
    /// watermark; a larger number costs less.
    ///
    /// [bounded out-of-orderness]: https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::event_time::{Element, EventTime};
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let at = EventTime::from_millis;
    /// let elements: Vec<_> = flow(stream::iter([20, 30, 25]))
    ///     .assign_timestamps(2, Duration::from_millis(5), |n| at(*n))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(
    ///     elements,
    ///     [
    ///         Element::record(at(20), 20),
    ///         Element::record(at(30), 30),
    ///         Element::Watermark(at(24)),
    ///         Element::record(at(25), 25),
    ///     ]
    /// );
    /// # }
    /// ```
    #[track_caller]
    pub fn assign_timestamps<F>(
        self,
        max_items: usize,
        max_lateness: Duration,
        time: F,
    ) -> Flow<AssignTimestamps<S, F>>
    where
        F: FnMut(&S::Item) -> EventTime,
    {
        assert!(
            max_items > 0,
            "`assign_timestamps` needs a record before it can emit a watermark; give at least 1"
        );
        // Wide, so that no lateness is too long for it.
        let lateness_ms = max_lateness.as_nanos().div_ceil(1_000_000).cast_signed();
        Flow::native(AssignTimestamps {
            input: self.into_stream(),
            time,
            lag_ms: lateness_ms + 1,
            max_items,
            latest: None,
            watermark: None,
            records: 0,
            done: false,
        })
    }
}

impl<S, F> AssignTimestamps<S, F> {
    /// The watermark, if it has gone up since it was last emitted.
    fn owed(&self) -> Option<EventTime> {
        let latest = i128::from(self.latest?.as_millis());
        let watermark = i64::try_from(latest - self.lag_ms).ok()?;
        let watermark = EventTime::from_millis(watermark);
        (Some(watermark) > self.watermark && !self.done).then_some(watermark)
    }
}

impl<S, F> Stream for AssignTimestamps<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> EventTime,
{
    type Item = Element<S::Item>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.done {
            return Poll::Ready(None);
        }
        let owed = self.owed();
        let this = self.project();
        if *this.records < *this.max_items || owed.is_none() {
            match this.input.poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    let time = (this.time)(&item);
                    *this.latest = (*this.latest).max(Some(time));
                    *this.records = this.records.saturating_add(1);
                    return Poll::Ready(Some(Element::record(time, item)));
                }
                Poll::Ready(None) => {
                    *this.done = true;
                    return Poll::Ready(None);
                }
                Poll::Pending => {}
            }
        }
        let Some(watermark) = owed else {
            return Poll::Pending;
        };
        *this.watermark = owed;
        *this.records = 0;
        Poll::Ready(Some(Element::Watermark(watermark)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // At the most, a watermark follows each record.
        let owed = usize::from(self.owed().is_some());
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_mul(2)?.checked_add(owed));
        (lower, upper)
    }
}

impl<S, F> FusedStream for AssignTimestamps<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> EventTime,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S, F> Progress for AssignTimestamps<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> EventTime,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for AssignTimestamps<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssignTimestamps")
            .field("input", &self.input)
            .field("lag_ms", &self.lag_ms)
            .field("watermark", &self.watermark)
            .finish_non_exhaustive()
    }
}
