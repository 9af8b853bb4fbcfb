use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::KillSwitch;
use super::kill_switch::{Listener, Stop};
use crate::time::countdown::Countdown;
use crate::{Flow, Progress};

/// Stream for [`Flow::drain`].
#[pin_project]
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Drain<S, E> {
    // Gone once it has ended or its time is up.
    #[pin]
    input: Option<S>,
    listener: Listener<E>,
    // Begins when the switch is found thrown.
    wait: Countdown,
    // What was given up, until it is emitted.
    owed: Option<Lost>,
}

impl<S: Progress> Flow<S> {
    /// Emits what is still on its way after `switch` is thrown, for a while.
    ///
    /// The end of a section that stops gracefully. Its begin is
    /// [`stop_with`](Flow::stop_with) with the same switch: that one stops
    /// taking items in, and `drain` gives those inside `max_wait` to come out.
    ///
    /// # Completion
    ///
    /// Ends when the input ends. Once the switch is shut down, it ends
    /// `max_wait` later at the latest; once it is aborted, at once. The input
    /// is dropped then. The wait is counted from the poll that finds the switch
    /// thrown, for which the task is woken.
    ///
    /// # Errors
    ///
    /// If the time is up before the input ends, the last item is [`Lost`],
    /// which tells how many items were given up. Items are not lost that the
    /// input did not owe, so a stop that finds nothing on its way adds no error.
    ///
    /// # Panics
    ///
    /// A wait needs a tokio runtime with the timer enabled; polling outside of
    /// one panics once the switch is thrown.
    ///
    /// # Units
    ///
    /// `max_wait` is measured on tokio's clock, to its resolution of one
    /// millisecond. [`Duration::ZERO`] gives up at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::lifecycle::KillSwitch;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let switch = KillSwitch::new();
    /// let mut answers = flow(stream::iter([5, 10, 10_000, 30, 40]))
    ///     .stop_with(&switch)
    ///     .map_async_unordered(3, async |ms| {
    ///         sleep(Duration::from_millis(ms)).await;
    ///         ms
    ///     })
    ///     .drain(&switch, Duration::from_millis(100));
    ///
    /// assert_eq!(answers.next().await, Some(Ok(5)));
    /// switch.shutdown();
    /// assert_eq!(answers.next().await, Some(Ok(10)));
    /// assert_eq!(answers.next().await, Some(Ok(30)));
    /// let lost = answers.next().await.unwrap().unwrap_err();
    /// assert_eq!(lost.to_string(), "1 item was lost on its way");
    /// assert_eq!(answers.next().await, None);
    /// # }
    /// ```
    pub fn drain<E>(self, switch: &KillSwitch<E>, max_wait: Duration) -> Flow<Drain<S, E>> {
        Flow::native(Drain {
            input: Some(self.into_stream()),
            listener: switch.listener(),
            wait: Countdown::new(max_wait),
            owed: None,
        })
    }
}

/// How many items [`drain`](Flow::drain) gave up, as far as its input knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it tells what is missing"]
pub struct Lost {
    at_least: usize,
    at_most: Option<usize>,
}

impl Lost {
    /// So many items were lost, or more.
    pub fn at_least(&self) -> usize {
        self.at_least
    }

    /// So many items were lost, or fewer; `None` if nobody knows.
    pub fn at_most(&self) -> Option<usize> {
        self.at_most
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at_least, self.at_most) {
            (1, Some(1)) => write!(f, "1 item was lost on its way"),
            (least, Some(most)) if least == most => {
                write!(f, "{most} items were lost on their way")
            }
            (least, Some(most)) => write!(f, "{least} to {most} items were lost on their way"),
            (least, None) => write!(f, "{least} or more items were lost on their way"),
        }
    }
}

impl Error for Lost {}

impl<S: Progress, E> Drain<S, E> {
    /// Gives up on the input if the switch is thrown and the time is up.
    fn poll_due(self: Pin<&mut Self>, cx: &mut Context<'_>) {
        let mut this = self.project();
        let Some(input) = this.input.as_ref().as_pin_ref() else {
            return;
        };
        let due = match this.listener.thrown() {
            None => false,
            Some(Stop::Abort(_)) => true,
            Some(Stop::Shutdown) => this.wait.poll_over(cx).is_ready(),
        };
        if due {
            let (at_least, at_most) = input.size_hint();
            *this.owed = (at_most != Some(0)).then_some(Lost { at_least, at_most });
            this.input.set(None);
            this.wait.stop();
            this.listener.hush();
        }
    }
}

impl<S: Progress, E> Stream for Drain<S, E> {
    type Item = Result<S::Item, Lost>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.as_mut().poll_due(cx);
        let mut this = self.as_mut().project();
        if let Some(input) = this.input.as_mut().as_pin_mut() {
            match input.poll_next(cx) {
                Poll::Ready(Some(item)) => return Poll::Ready(Some(Ok(item))),
                Poll::Ready(None) => {
                    this.input.set(None);
                    this.wait.stop();
                    this.listener.hush();
                }
                Poll::Pending if this.wait.has_begun() => return Poll::Pending,
                Poll::Pending => {
                    if this.listener.listen(cx.waker()).is_none() {
                        return Poll::Pending;
                    }
                    self.as_mut().poll_due(cx);
                    if self.input.is_some() {
                        return Poll::Pending;
                    }
                }
            }
        }
        Poll::Ready(self.project().owed.take().map(Err))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            let owed = usize::from(self.owed.is_some());
            return (owed, Some(owed));
        };
        // All that is to come may be one error.
        let (lower, upper) = input.size_hint();
        (lower.min(1), upper.and_then(|upper| upper.checked_add(1)))
    }
}

impl<S: Progress, E> FusedStream for Drain<S, E> {
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.owed.is_none()
    }
}

impl<S: Progress, E> Progress for Drain<S, E> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let _thrown = self.listener.listen(cx.waker());
        self.as_mut().poll_due(cx);
        let this = self.project();
        match this.input.as_pin_mut() {
            Some(input) if this.wait.has_begun() => {
                let _moving = input.poll_progress(cx);
                Poll::Pending
            }
            Some(input) => input.poll_progress(cx),
            None => {
                this.listener.hush();
                Poll::Ready(())
            }
        }
    }
}
