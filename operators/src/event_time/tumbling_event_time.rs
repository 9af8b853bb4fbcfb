use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::{Element, EventTime, Timed};
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::fan_out::Routed;
use crate::{Flow, Progress};

/// Stream for [`Flow::tumbling_event_time`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct TumblingEventTime<S, A, I, F> {
    #[pin]
    input: S,
    init: I,
    fold: F,
    grid: Grid,
    // By the last time that belongs to them.
    windows: BTreeMap<EventTime, A>,
    watermark: Option<EventTime>,
    // The watermark is owed, behind the windows up to it.
    owed: bool,
    done: bool,
}

impl<S, T> Flow<S>
where
    S: Progress<Item = Element<T>>,
{
    /// Folds the records of every window of time into one result.
    ///
    /// Time is cut into windows of `size`, one of which begins `offset` after
    /// the Unix epoch, wherever the first record lies. A window has its
    /// begin and not its end. The first record of a window makes its state
    /// with `init`, and `fold` takes every record into it. Once the watermark
    /// says that no record of the window is expected any more, the state is
    /// emitted, with the last time of the window, `end - 1 ms`; the watermark
    /// follows behind the windows that it closes, earliest first. So a result
    /// is never late itself, and windows of windows come out right. A window
    /// without records gives no result.
    ///
    /// A record whose window has been emitted is late. It goes out at once, as
    /// [`Routed::Side`]; results and watermarks are [`Routed::Main`]. A
    /// watermark that does not go up is dropped.
    ///
    /// # Completion
    ///
    /// When the input ends, all open windows are emitted, earliest first; then
    /// the output ends.
    ///
    /// # Backpressure
    ///
    /// One state is held for each window that has a record and has not been
    /// emitted: how many they are is up to how far the times of the records
    /// run ahead of the watermark.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the open windows. To stop early without
    /// losing them, call [`TumblingEventTime::take_remainder`] first.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `size` is less than one millisecond. A window
    /// at whose first record `init` or `fold` panics is not made.
    ///
    /// # Units
    ///
    /// `size` and `offset` are counted in whole milliseconds.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::event_time::EventTime;
    /// use millpond_operators::fan_out::Routed;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let [size, offset] = [Duration::from_millis(10), Duration::ZERO];
    /// let windows: Vec<_> = flow(stream::iter([3, 12, 9, 25, 8]))
    ///     .assign_timestamps(1, Duration::from_millis(5), |n| EventTime::from_millis(*n))
    ///     .tumbling_event_time(size, offset, Vec::new, Vec::push)
    ///     .filter_map(Routed::main)
    ///     .filter_map(|element| element.into_record())
    ///     .map(|window| (window.time.as_millis(), window.item))
    ///     .collect()
    ///     .await;
    ///
    /// // The last one, 8, was late.
    /// assert_eq!(windows, [(9, vec![3, 9]), (19, vec![12]), (29, vec![25])]);
    /// # }
    /// ```
    #[track_caller]
    pub fn tumbling_event_time<A, I, F>(
        self,
        size: Duration,
        offset: Duration,
        init: I,
        fold: F,
    ) -> Flow<TumblingEventTime<S, A, I, F>>
    where
        I: FnMut() -> A,
        F: FnMut(&mut A, T),
    {
        let [size, offset] = [size, offset].map(|length| length.as_millis().cast_signed());
        assert!(
            size > 0,
            "`tumbling_event_time` windows of less than a millisecond would hold no time; give at least 1 ms"
        );
        Flow::native(TumblingEventTime {
            input: self.into_stream(),
            init,
            fold,
            grid: Grid { size, offset },
            windows: BTreeMap::new(),
            watermark: None,
            owed: false,
            done: false,
        })
    }
}

impl<S, A, I, F> TumblingEventTime<S, A, I, F> {
    /// Takes out the windows that are still open, earliest first.
    ///
    /// Reached through [`Flow::get_pin_mut`]. The next record makes a new
    /// state for its window.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    /// use std::time::Duration;
    ///
    /// use futures::FutureExt;
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::event_time::{Element, EventTime, Timed};
    /// use millpond_operators::flow;
    ///
    /// let records = [3, 9].map(|n| Element::record(EventTime::from_millis(n), n));
    /// let never_ends = stream::iter(records).chain(stream::pending());
    /// let size = Duration::from_millis(10);
    /// let mut sums =
    ///     flow(never_ends).tumbling_event_time(size, Duration::ZERO, || 0, |sum, n| *sum += n);
    ///
    /// assert_eq!(sums.next().now_or_never(), None);
    /// let open = Pin::new(&mut sums).get_pin_mut().take_remainder();
    /// let time = EventTime::from_millis(9);
    /// assert_eq!(open, [Timed { time, item: 12 }]);
    /// ```
    #[must_use = "the windows are no longer held"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<Timed<A>> {
        let windows = mem::take(self.project().windows);
        windows
            .into_iter()
            .map(|(time, item)| Timed { time, item })
            .collect()
    }

    /// Takes out the earliest window, if it ends at or before `limit`.
    fn pop(self: Pin<&mut Self>, limit: EventTime) -> Option<Timed<A>> {
        let earliest = self.project().windows.first_entry()?;
        let time = *earliest.key();
        (time <= limit).then(|| Timed {
            time,
            item: earliest.remove(),
        })
    }
}

/// Where windows lie, in milliseconds.
#[derive(Clone, Debug)]
struct Grid {
    // Wide, so that no sum overflows.
    size: i128,
    offset: i128,
}

impl Grid {
    /// The last time of the window that a time belongs to.
    fn last_of(&self, time: EventTime) -> EventTime {
        let time = i128::from(time.as_millis());
        let since_begin = (time - self.offset).rem_euclid(self.size);
        let last = time - since_begin + self.size - 1;
        // Never before `time`, so it can only be too large.
        EventTime::from_millis(i64::try_from(last).unwrap_or(i64::MAX))
    }
}

impl<S, T, A, I, F> Stream for TumblingEventTime<S, A, I, F>
where
    S: Progress<Item = Element<T>>,
    I: FnMut() -> A,
    F: FnMut(&mut A, T),
{
    type Item = Routed<Element<A>, Timed<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let result = |window| Poll::Ready(Some(Routed::Main(Element::Record(window))));
        for _ in 0..UNITS_PER_POLL {
            if let Some(watermark) = self.watermark.filter(|_| self.owed) {
                if let Some(window) = self.as_mut().pop(watermark) {
                    return result(window);
                }
                *self.project().owed = false;
                return Poll::Ready(Some(Routed::Main(Element::Watermark(watermark))));
            }
            if self.done {
                let window = self.pop(EventTime::MAX);
                return window.map_or(Poll::Ready(None), result);
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
                    let last = this.grid.last_of(record.time);
                    if Some(last) <= *this.watermark {
                        return Poll::Ready(Some(Routed::Side(record)));
                    }
                    if let Some(window) = this.windows.get_mut(&last) {
                        (this.fold)(window, record.item);
                    } else {
                        // Not yet among the windows, in case `fold` panics.
                        let mut window = (this.init)();
                        (this.fold)(&mut window, record.item);
                        this.windows.insert(last, window);
                    }
                }
            }
        }
        yield_after(self.project().input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // All to come may join these windows.
        let open = self.windows.len() + usize::from(self.owed);
        if self.done {
            return (open, Some(open));
        }
        let (_, upper) = self.input.size_hint();
        (open, upper.and_then(|upper| upper.checked_add(open)))
    }
}

impl<S, T, A, I, F> FusedStream for TumblingEventTime<S, A, I, F>
where
    S: Progress<Item = Element<T>>,
    I: FnMut() -> A,
    F: FnMut(&mut A, T),
{
    fn is_terminated(&self) -> bool {
        self.done && self.windows.is_empty()
    }
}

impl<S, T, A, I, F> Progress for TumblingEventTime<S, A, I, F>
where
    S: Progress<Item = Element<T>>,
    I: FnMut() -> A,
    F: FnMut(&mut A, T),
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, A, I, F> fmt::Debug for TumblingEventTime<S, A, I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TumblingEventTime")
            .field("input", &self.input)
            .field("size_ms", &self.grid.size)
            .field("offset_ms", &self.grid.offset)
            .field("windows", &self.windows.len())
            .field("watermark", &self.watermark)
            .finish_non_exhaustive()
    }
}
