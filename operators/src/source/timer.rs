use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use tokio::time::Instant;

use crate::alarm::Alarm;
use crate::{Flow, Progress};

/// Stream for [`timer()`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Timer {
    wait: Duration,
    begun: bool,
    // `None` once begun means never: it would pass the end of the clock.
    due: Option<Instant>,
    alarm: Alarm,
    done: bool,
}

/// Emits one item, `wait` after the first poll, and ends.
///
/// The item is the instant for which it was due.
///
/// # Panics
///
/// Needs a tokio runtime with the timer enabled; polling outside of one
/// panics.
///
/// # Units
///
/// `wait` is measured on tokio's clock, to its resolution of one millisecond.
/// After [`Duration::ZERO`] the item comes at the first poll; after a wait past
/// the end of the clock it never comes.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use millpond_operators::source::timer;
/// use tokio::time::Instant;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let wait = Duration::from_millis(10);
/// let start = Instant::now();
/// let all: Vec<_> = timer(wait).collect().await;
///
/// assert_eq!(all, [start + wait]);
/// assert_eq!(start.elapsed(), wait);
/// # }
/// ```
pub fn timer(wait: Duration) -> Flow<Timer> {
    Flow::native(Timer {
        wait,
        begun: false,
        due: None,
        alarm: Alarm::default(),
        done: false,
    })
}

impl Stream for Timer {
    type Item = Instant;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Instant>> {
        let this = &mut *self;
        if this.done {
            return Poll::Ready(None);
        }
        if !this.begun {
            this.begun = true;
            this.due = Instant::now().checked_add(this.wait);
        }
        ready!(this.alarm.poll_at(this.due, cx));
        this.done = true;
        Poll::Ready(this.due)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let owed = usize::from(!self.done);
        (owed, Some(owed))
    }
}

impl FusedStream for Timer {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl Progress for Timer {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}
