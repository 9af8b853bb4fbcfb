use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::countdown::Countdown;
use crate::{Flow, Progress};

/// Stream for [`Flow::keep_alive`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct KeepAlive<S, F> {
    #[pin]
    input: S,
    // Begins when the input is first found pending after an output.
    silence: Countdown,
    f: F,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, and what `f` makes whenever none has come for `max_silence`.
    ///
    /// The silence begins when an item is asked for and there is none. It ends
    /// with the next item, and begins anew after each output of `f`. An item
    /// that is ready goes first, and nothing is made while nobody asks, so a
    /// slow consumer finds no outputs of `f` piled up. In a silence that has
    /// begun, the time from a call of
    /// [`poll_progress`](Progress::poll_progress) until an item is asked for
    /// again does not count.
    ///
    /// With a `Result` this is a timeout after which the stream goes on:
    /// `.map(Ok).keep_alive(limit, || Err(Silent))`.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_silence` is zero. A wait needs a tokio
    /// runtime with the timer enabled; polling outside of one panics. After a
    /// panic of `f` the next silence begins.
    ///
    /// # Units
    ///
    /// `max_silence` is measured on tokio's clock, to its resolution of one
    /// millisecond; one past the end of the clock never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::source::{MissedTick, interval};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let frames: Vec<_> = interval(Duration::from_secs(25), MissedTick::Burst)
    ///     .map(|_| "frame")
    ///     .keep_alive(Duration::from_secs(10), || "heartbeat")
    ///     .take(5)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(frames, ["frame", "heartbeat", "heartbeat", "frame", "heartbeat"]);
    /// # }
    /// ```
    #[track_caller]
    pub fn keep_alive<F>(self, max_silence: Duration, f: F) -> Flow<KeepAlive<S, F>>
    where
        F: FnMut() -> S::Item,
    {
        assert!(
            !max_silence.is_zero(),
            "a `keep_alive` after a silence of zero never stops; give a longer one"
        );
        Flow::native(KeepAlive {
            input: self.into_stream(),
            silence: Countdown::new(max_silence),
            f,
            done: false,
        })
    }
}

impl<S, F> Stream for KeepAlive<S, F>
where
    S: Progress,
    F: FnMut() -> S::Item,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        match this.input.poll_next(cx) {
            Poll::Ready(Some(item)) => {
                this.silence.rewind();
                Poll::Ready(Some(item))
            }
            Poll::Ready(None) => {
                *this.done = true;
                this.silence.stop();
                Poll::Ready(None)
            }
            Poll::Pending => {
                ready!(this.silence.poll_over(cx));
                // First, in case `f` panics.
                this.silence.rewind();
                Poll::Ready(Some((this.f)()))
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        let (lower, _) = self.input.size_hint();
        (lower, None)
    }
}

impl<S, F> FusedStream for KeepAlive<S, F>
where
    S: Progress,
    F: FnMut() -> S::Item,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S, F> Progress for KeepAlive<S, F>
where
    S: Progress,
    F: FnMut() -> S::Item,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        let this = self.project();
        this.silence.pause();
        this.input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for KeepAlive<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepAlive")
            .field("input", &self.input)
            .field("silence", &self.silence)
            .finish_non_exhaustive()
    }
}
