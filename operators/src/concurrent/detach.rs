use std::fmt;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::task::Task;
use crate::{Flow, Progress};

/// Stream for [`Flow::detach`].
#[must_use = "streams do nothing unless polled"]
pub struct Detach<S: Progress> {
    state: State<S>,
    max_items: usize,
}

enum State<S: Progress> {
    /// Not polled yet.
    Idle(Pin<Box<S>>),
    Running {
        items: Receiver<S::Item>,
        task: Task<()>,
        /// What is still to come.
        hint: (usize, Option<usize>),
    },
    Ended,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, from a tokio task of its own that runs ahead.
    ///
    /// All that is before `detach` in the chain moves into the task and runs
    /// on another worker thread where there is one, whether the output is
    /// polled or not; up to `max_items` items wait in a buffer. This is the
    /// asynchronous boundary: the one operator that has a task for its input.
    /// The task is spawned by the first poll, and ends with the input.
    ///
    /// # Backpressure
    ///
    /// At most `max_items` items are held. The task takes an item only when
    /// there is room for it; while there is none, it drives the
    /// [progress](Progress::poll_progress) of the input, so this is also how
    /// work goes on under a consumer that knows nothing of `Progress`.
    ///
    /// # Cancellation
    ///
    /// Dropping the output aborts the task and drops the items that wait. The
    /// input is dropped by the runtime, shortly after.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` is zero. A panic in the task is
    /// resumed in the caller of the poll, after the items that came before it;
    /// the output has then ended. Polling needs a tokio runtime, and panics if
    /// that shuts down before the input ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines: Vec<_> = flow(stream::iter(["a", "bcd", "ef"]))
    ///     .map(str::len)
    ///     .detach(16)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(lines, [1, 3, 2]);
    /// # }
    /// ```
    #[track_caller]
    pub fn detach(self, max_items: usize) -> Flow<Detach<S>>
    where
        S: Send + 'static,
        S::Item: Send,
    {
        assert!(
            max_items > 0,
            "`detach` with a buffer of 0 items would never emit; give at least 1"
        );
        Flow::native(Detach {
            state: State::Idle(Box::pin(self.into_stream())),
            max_items,
        })
    }
}

impl<S> Detach<S>
where
    S: Progress<Item: Send> + Send + 'static,
{
    fn begin(&mut self) {
        if !matches!(self.state, State::Idle(_)) {
            return;
        }
        let State::Idle(input) = mem::replace(&mut self.state, State::Ended) else {
            return;
        };
        let hint = input.size_hint();
        let (outlet, items) = channel(self.max_items);
        let task = Task::spawn(run(input, outlet));
        self.state = State::Running { items, task, hint };
    }
}

/// What the task does.
async fn run<S: Progress>(mut input: Pin<Box<S>>, outlet: Sender<S::Item>) {
    loop {
        let mut reserved = pin!(outlet.reserve());
        let room = poll_fn(|cx| {
            let room = reserved.as_mut().poll(cx);
            if room.is_pending() {
                let _moving = input.as_mut().poll_progress(cx);
            }
            room
        });
        let Ok(room) = room.await else {
            return;
        };
        let Some(item) = poll_fn(|cx| input.as_mut().poll_next(cx)).await else {
            return;
        };
        room.send(item);
    }
}

impl<S> Stream for Detach<S>
where
    S: Progress<Item: Send> + Send + 'static,
{
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.begin();
        let State::Running { items, hint, .. } = &mut self.state else {
            return Poll::Ready(None);
        };
        if let Some(item) = ready!(items.poll_recv(cx)) {
            hint.0 = hint.0.saturating_sub(1);
            hint.1 = hint.1.map(|upper| upper.saturating_sub(1));
            return Poll::Ready(Some(item));
        }
        // The channel was closed by the end of the task, or by its panic.
        let mut state = mem::replace(&mut self.state, State::Ended);
        if let State::Running { task, .. } = &mut state
            && pin!(task).poll(cx).is_pending()
        {
            self.state = state;
            return Poll::Pending;
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.state {
            State::Idle(input) => input.size_hint(),
            State::Running { hint, .. } => *hint,
            State::Ended => (0, Some(0)),
        }
    }
}

impl<S> FusedStream for Detach<S>
where
    S: Progress<Item: Send> + Send + 'static,
{
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

impl<S> Progress for Detach<S>
where
    S: Progress<Item: Send> + Send + 'static,
{
    fn poll_progress(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        // The task needs nobody to drive it.
        self.begin();
        Poll::Ready(())
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for Detach<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Detach");
        match &self.state {
            State::Idle(input) => debug.field("input", input),
            State::Running { items, .. } => debug.field("held", &items.len()),
            State::Ended => &mut debug,
        };
        debug.field("max_items", &self.max_items).finish()
    }
}
