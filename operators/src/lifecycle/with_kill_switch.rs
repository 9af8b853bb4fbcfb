use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::KillSwitch;
use super::kill_switch::{Listener, Stop};
use crate::{Flow, Progress};

/// Stream for [`Flow::with_kill_switch`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct WithKillSwitch<S, E> {
    // Gone once it has ended or the switch is thrown.
    #[pin]
    input: Option<S>,
    listener: Listener<E>,
    // The error of an abort, until it is emitted.
    owed: Option<E>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item until `switch` is thrown, then its error if it has one.
    ///
    /// # Completion
    ///
    /// Ends when the input ends or when the switch is thrown. The task is woken
    /// then, and the input is dropped at the next poll, also by
    /// [`poll_progress`](Progress::poll_progress). What is downstream of here
    /// goes on to its end.
    ///
    /// # Errors
    ///
    /// [`abort`](KillSwitch::abort) makes each stream with this switch emit a
    /// clone of the error as its last item;
    /// [`shutdown`](KillSwitch::shutdown) adds none. Errors of the input are
    /// items like any other.
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
    /// let switch = KillSwitch::default();
    /// let mut ticks = flow(stream::repeat(Ok("tick"))).with_kill_switch(&switch);
    ///
    /// assert_eq!(ticks.next().await, Some(Ok("tick")));
    /// assert_eq!(switch.abort("out of fuel"), Ok(()));
    /// assert_eq!(ticks.next().await, Some(Err("out of fuel")));
    /// assert_eq!(ticks.next().await, None);
    /// # }
    /// ```
    pub fn with_kill_switch<T, E>(self, switch: &KillSwitch<E>) -> Flow<WithKillSwitch<S, E>>
    where
        S: Progress<Item = Result<T, E>>,
        E: Clone,
    {
        Flow::native(WithKillSwitch {
            input: Some(self.into_stream()),
            listener: switch.listener(),
            owed: None,
        })
    }
}

impl<S, E: Clone> WithKillSwitch<S, E> {
    /// Lets go of the input, and notes the error if there is one to emit.
    fn stop(self: Pin<&mut Self>) {
        let mut this = self.project();
        if this.input.is_some()
            && let Some(Stop::Abort(error)) = this.listener.thrown()
        {
            *this.owed = Some(error.clone());
        }
        this.input.set(None);
        this.listener.hush();
    }
}

impl<S, T, E> Stream for WithKillSwitch<S, E>
where
    S: Progress<Item = Result<T, E>>,
    E: Clone,
{
    type Item = Result<T, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.as_mut().project();
        if this.listener.thrown().is_none()
            && let Some(input) = this.input.as_mut().as_pin_mut()
        {
            match input.poll_next(cx) {
                Poll::Ready(None) => {
                    this.input.set(None);
                    this.listener.hush();
                    return Poll::Ready(None);
                }
                Poll::Pending if this.listener.listen(cx.waker()).is_some() => {}
                polled => return polled,
            }
        }
        self.as_mut().stop();
        Poll::Ready(self.project().owed.take().map(Err))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            let owed = usize::from(self.owed.is_some());
            return (owed, Some(owed));
        };
        match self.listener.thrown() {
            None => (
                0,
                input.size_hint().1.and_then(|upper| upper.checked_add(1)),
            ),
            Some(Stop::Shutdown) => (0, Some(0)),
            Some(Stop::Abort(_)) => (1, Some(1)),
        }
    }
}

impl<S, T, E> FusedStream for WithKillSwitch<S, E>
where
    S: Progress<Item = Result<T, E>>,
    E: Clone,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.owed.is_none()
    }
}

impl<S, T, E> Progress for WithKillSwitch<S, E>
where
    S: Progress<Item = Result<T, E>>,
    E: Clone,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.as_mut().project();
        if this.listener.listen(cx.waker()).is_none()
            && let Some(input) = this.input.as_mut().as_pin_mut()
        {
            return input.poll_progress(cx);
        }
        self.stop();
        Poll::Ready(())
    }
}
