use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::{pin_project, pinned_drop};

use crate::{Flow, Progress};

/// Pauses and resumes the flows that go through it. See [`Flow::valve`].
///
/// Clones are the same valve.
#[derive(Clone)]
#[must_use = "a valve does nothing until flows go through it"]
pub struct Valve {
    inside: Arc<Mutex<Inside>>,
}

struct Inside {
    open: bool,
    // Of the flows that wait, by their numbers.
    waiting: HashMap<u64, Waker>,
    next_number: u64,
}

impl Valve {
    /// Makes a valve that lets items pass.
    pub fn opened() -> Self {
        Self::new(true)
    }

    /// Makes a valve that lets nothing pass until [`open`](Self::open).
    pub fn closed() -> Self {
        Self::new(false)
    }

    fn new(open: bool) -> Self {
        Self {
            inside: Arc::new(Mutex::new(Inside {
                open,
                waiting: HashMap::new(),
                next_number: 0,
            })),
        }
    }

    /// Lets items pass from now on. Opening an open valve does nothing.
    pub fn open(&self) {
        let mut inside = self.inside();
        inside.open = true;
        let waiting = mem::take(&mut inside.waiting);
        drop(inside);
        waiting.into_values().for_each(Waker::wake);
    }

    /// Lets nothing pass from now on. Closing a closed valve does nothing.
    pub fn close(&self) {
        self.inside().open = false;
    }

    /// Says whether items pass.
    pub fn is_open(&self) -> bool {
        self.inside().open
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // No user code runs under the lock.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `Ready` if it is open; otherwise wakes the task when it opens.
    fn poll_open(&self, number: u64, cx: &mut Context<'_>) -> Poll<()> {
        let inside = self.inside();
        if inside.open {
            return Poll::Ready(());
        }
        let known = inside.waiting.get(&number);
        if known.is_some_and(|known| known.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        drop(inside);
        let waker = cx.waker().clone();
        let mut inside = self.inside();
        if inside.open {
            return Poll::Ready(());
        }
        let stale = inside.waiting.insert(number, waker);
        drop(inside);
        drop(stale);
        Poll::Pending
    }
}

impl fmt::Debug for Valve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Valve")
            .field("open", &self.is_open())
            .finish_non_exhaustive()
    }
}

impl<S: Progress> Flow<S> {
    /// Lets items pass while a [`Valve`] is open.
    ///
    /// Several flows may go through one valve; anyone who holds it opens and
    /// closes them all. While it is closed no item is taken from the input.
    ///
    /// # Completion
    ///
    /// Ends when the input ends. A closed valve does not look for the end; once
    /// it is seen, the output has ended whether the valve is open or closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::FutureExt;
    /// use millpond_operators::flow;
    /// use millpond_operators::rate::Valve;
    ///
    /// let valve = Valve::opened();
    /// let mut items = flow(1..).valve(&valve);
    /// assert_eq!(items.next().now_or_never(), Some(Some(1)));
    /// valve.close();
    /// assert_eq!(items.next().now_or_never(), None);
    /// valve.open();
    ///
    /// assert_eq!(items.next().now_or_never(), Some(Some(2)));
    /// ```
    pub fn valve(self, valve: &Valve) -> Flow<Valved<S>> {
        let number = {
            let mut inside = valve.inside();
            inside.next_number += 1;
            inside.next_number
        };
        Flow::native(Valved {
            input: Some(self.into_stream()),
            valve: valve.clone(),
            number,
        })
    }
}

/// Stream for [`Flow::valve`].
#[pin_project(PinnedDrop)]
#[must_use = "streams do nothing unless polled"]
pub struct Valved<S> {
    // Gone at its end.
    #[pin]
    input: Option<S>,
    valve: Valve,
    number: u64,
}

#[pinned_drop]
impl<S> PinnedDrop for Valved<S> {
    fn drop(self: Pin<&mut Self>) {
        let this = self.project();
        let waker = this.valve.inside().waiting.remove(this.number);
        drop(waker);
    }
}

impl<S: Progress> Stream for Valved<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        if this.valve.poll_open(*this.number, cx).is_pending() {
            let _moving = input.poll_progress(cx);
            return Poll::Pending;
        }
        let item = ready!(input.poll_next(cx));
        if item.is_none() {
            this.input.set(None);
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

impl<S: Progress> FusedStream for Valved<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S: Progress> Progress for Valved<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Valved<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Valved")
            .field("input", &self.input)
            .field("valve", &self.valve)
            .finish_non_exhaustive()
    }
}
