use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::KillSwitch;
use super::kill_switch::Listener;
use crate::{Flow, Progress};

/// Stream for [`Flow::stop_with`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct StopWith<S, E> {
    // Gone once it has ended or the switch is thrown.
    #[pin]
    input: Option<S>,
    listener: Listener<E>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item until `switch` is thrown, then ends.
    ///
    /// An abort ends it like a shutdown; use
    /// [`with_kill_switch`](Flow::with_kill_switch) where the error is wanted.
    ///
    /// # Completion
    ///
    /// Ends when the input ends or when the switch is thrown. The task is woken
    /// then, and the input is dropped at the next poll, also by
    /// [`poll_progress`](Progress::poll_progress). What is downstream of here
    /// goes on to its end.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::lifecycle::KillSwitch;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let switch = KillSwitch::new();
    /// let mut ticks = flow(stream::repeat("tick")).stop_with(&switch);
    ///
    /// assert_eq!(ticks.next().await, Some("tick"));
    /// switch.shutdown();
    /// assert_eq!(ticks.next().await, None);
    /// # }
    /// ```
    pub fn stop_with<E>(self, switch: &KillSwitch<E>) -> Flow<StopWith<S, E>> {
        Flow::native(StopWith {
            input: Some(self.into_stream()),
            listener: switch.listener(),
        })
    }
}

impl<S: Progress, E> Stream for StopWith<S, E> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        if this.listener.thrown().is_none()
            && let Some(input) = this.input.as_mut().as_pin_mut()
        {
            match input.poll_next(cx) {
                Poll::Ready(None) => {}
                Poll::Pending if this.listener.listen(cx.waker()).is_some() => {}
                polled => return polled,
            }
        }
        this.input.set(None);
        this.listener.hush();
        Poll::Ready(None)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.input {
            Some(input) if self.listener.thrown().is_none() => (0, input.size_hint().1),
            _ => (0, Some(0)),
        }
    }
}

impl<S: Progress, E> FusedStream for StopWith<S, E> {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S: Progress, E> Progress for StopWith<S, E> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if this.listener.listen(cx.waker()).is_none()
            && let Some(input) = this.input.as_mut().as_pin_mut()
        {
            return input.poll_progress(cx);
        }
        this.input.set(None);
        this.listener.hush();
        Poll::Ready(())
    }
}
