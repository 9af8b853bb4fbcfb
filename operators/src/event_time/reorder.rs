use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::{Element, EventTime, Timed};
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::fan_out::Routed;
use crate::{Flow, Progress};

/// Stream for [`Flow::reorder`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Reorder<S, T> {
    #[pin]
    input: S,
    // By time, and by arrival where times are equal.
    held: BTreeMap<(EventTime, u64), T>,
    max_held: usize,
    arrivals: u64,
    watermark: Option<EventTime>,
    // The watermark is owed, behind the records up to it.
    owed: bool,
    // The time of the last record that left in order.
    left: Option<EventTime>,
    done: bool,
}

impl<S, T> Flow<S>
where
    S: Progress<Item = Element<T>>,
{
    /// Emits the records in the order of their times.
    ///
    /// Records are held until a watermark says that no earlier one is
    /// expected; then those up to it are emitted, earliest first, and the
    /// watermark behind them. Records of one time keep the order in which they
    /// came. Where `max_held` are held and one more comes, the earliest leaves
    /// at once, before its watermark.
    ///
    /// A record that comes too late to be put in order is emitted at once, as
    /// [`Routed::Side`]: one at or before the last watermark, or before a
    /// record that has left. All others, and the watermarks, are
    /// [`Routed::Main`]. A watermark that does not go up is dropped.
    ///
    /// # Completion
    ///
    /// When the input ends, the records still held are emitted, in order; then
    /// the output ends.
    ///
    /// # Backpressure
    ///
    /// At most `max_held` records are held.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the records held. To stop early without
    /// losing them, call [`Reorder::take_remainder`] first.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_held` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::event_time::{Element, EventTime};
    /// use millpond_operators::fan_out::Routed;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let routed: Vec<_> = flow(stream::iter([20, 10, 30, 11]))
    ///     .assign_timestamps(3, Duration::from_millis(15), |n| EventTime::from_millis(*n))
    ///     .reorder(100)
    ///     .collect()
    ///     .await;
    ///
    /// let in_order: Vec<_> = routed
    ///     .iter()
    ///     .filter_map(|routed| match routed {
    ///         Routed::Main(Element::Record(record)) => Some(record.item),
    ///         _ => None,
    ///     })
    ///     .collect();
    /// let late: Vec<_> = routed.into_iter().filter_map(Routed::side).collect();
    ///
    /// assert_eq!(in_order, [10, 20, 30]);
    /// assert_eq!(late[0].item, 11);
    /// # }
    /// ```
    #[track_caller]
    pub fn reorder(self, max_held: usize) -> Flow<Reorder<S, T>> {
        assert!(
            max_held > 0,
            "`reorder` of at most 0 records could change no order; give at least 1"
        );
        Flow::native(Reorder {
            input: self.into_stream(),
            held: BTreeMap::new(),
            max_held,
            arrivals: 0,
            watermark: None,
            owed: false,
            left: None,
            done: false,
        })
    }
}

impl<S, T> Reorder<S, T> {
    /// Takes out the records that wait for a watermark, in order.
    ///
    /// Reached through [`Flow::get_pin_mut`]. What comes next is put in order
    /// behind the last record that was emitted, as before.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    ///
    /// use futures::FutureExt;
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::event_time::{Element, EventTime};
    /// use millpond_operators::flow;
    ///
    /// let records = [20, 10].map(|n| Element::record(EventTime::from_millis(n), n));
    /// let never_ends = stream::iter(records).chain(stream::pending());
    /// let mut in_order = flow(never_ends).reorder(100);
    ///
    /// assert_eq!(in_order.next().now_or_never(), None);
    /// let rest = Pin::new(&mut in_order).get_pin_mut().take_remainder();
    /// let rest: Vec<_> = rest.iter().map(|record| record.item).collect();
    /// assert_eq!(rest, [10, 20]);
    /// ```
    #[must_use = "the records are no longer held"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<Timed<T>> {
        let held = mem::take(self.project().held);
        held.into_iter()
            .map(|((time, _), item)| Timed { time, item })
            .collect()
    }

    /// Takes out the earliest record, if it is at or before `limit`.
    fn pop(self: Pin<&mut Self>, limit: EventTime) -> Option<Timed<T>> {
        let this = self.project();
        let earliest = this.held.first_entry()?;
        let &(time, _) = earliest.key();
        if time > limit {
            return None;
        }
        *this.left = (*this.left).max(Some(time));
        let item = earliest.remove();
        Some(Timed { time, item })
    }
}

impl<S, T> Stream for Reorder<S, T>
where
    S: Progress<Item = Element<T>>,
{
    type Item = Routed<Element<T>, Timed<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let in_order = |record| Poll::Ready(Some(Routed::Main(Element::Record(record))));
        for _ in 0..UNITS_PER_POLL {
            if let Some(watermark) = self.watermark.filter(|_| self.owed) {
                if let Some(record) = self.as_mut().pop(watermark) {
                    return in_order(record);
                }
                *self.project().owed = false;
                return Poll::Ready(Some(Routed::Main(Element::Watermark(watermark))));
            }
            if self.done {
                let record = self.pop(EventTime::MAX);
                return record.map_or(Poll::Ready(None), in_order);
            }
            let this = self.as_mut().project();
            match ready!(this.input.poll_next(cx)) {
                None => *this.done = true,
                Some(Element::Watermark(watermark)) => {
                    if Some(watermark) > *this.watermark {
                        *this.watermark = Some(watermark);
                        *this.owed = true;
                    }
                }
                Some(Element::Record(record)) => {
                    let time = Some(record.time);
                    if time <= *this.watermark || time < *this.left {
                        return Poll::Ready(Some(Routed::Side(record)));
                    }
                    this.held.insert((record.time, *this.arrivals), record.item);
                    *this.arrivals += 1;
                    if this.held.len() > *this.max_held
                        && let Some(record) = self.as_mut().pop(EventTime::MAX)
                    {
                        return in_order(record);
                    }
                }
            }
        }
        yield_after(self.project().input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // All to come may be watermarks that do not go up.
        let held = self.held.len() + usize::from(self.owed);
        if self.done {
            return (held, Some(held));
        }
        let (_, upper) = self.input.size_hint();
        (held, upper.and_then(|upper| upper.checked_add(held)))
    }
}

impl<S, T> FusedStream for Reorder<S, T>
where
    S: Progress<Item = Element<T>>,
{
    fn is_terminated(&self) -> bool {
        self.done && self.held.is_empty()
    }
}

impl<S, T> Progress for Reorder<S, T>
where
    S: Progress<Item = Element<T>>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, T> fmt::Debug for Reorder<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reorder")
            .field("input", &self.input)
            .field("held", &self.held.len())
            .field("max_held", &self.max_held)
            .field("watermark", &self.watermark)
            .finish_non_exhaustive()
    }
}
