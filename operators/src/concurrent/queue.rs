use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::stream::FuturesUnordered;
use pin_project::pin_project;

/// Futures under way and results not yet handed on.
pub(super) trait Queue: Default {
    type Future: Future<Output = Self::Output>;
    type Output;

    fn push(&mut self, future: Self::Future);

    /// Counts the futures under way and the results still here.
    fn len(&self) -> usize;

    /// Polls the futures that were woken, until `units` of them have finished.
    /// `Ready` when none is under way.
    fn drive(&mut self, units: &mut usize, cx: &mut Context<'_>) -> Poll<()>;

    /// Hands on the next result, if its turn has come.
    fn pop(&mut self) -> Option<Self::Output>;
}

/// Hands on results in the order in which their futures were pushed.
pub(super) struct Ordered<Fut: Future> {
    running: FuturesUnordered<Numbered<Fut>>,
    // One place per future pushed and not handed on, in order.
    results: VecDeque<Option<Fut::Output>>,
    // The number of the first place.
    first: usize,
}

impl<Fut: Future> Queue for Ordered<Fut> {
    type Future = Fut;
    type Output = Fut::Output;

    fn push(&mut self, future: Fut) {
        let number = self.first.wrapping_add(self.results.len());
        self.results.push_back(None);
        self.running.push(Numbered { future, number });
    }

    fn len(&self) -> usize {
        self.results.len()
    }

    fn drive(&mut self, units: &mut usize, cx: &mut Context<'_>) -> Poll<()> {
        drive(&mut self.running, units, cx, |(number, result)| {
            let place = number.wrapping_sub(self.first);
            self.results[place] = Some(result);
        })
    }

    fn pop(&mut self) -> Option<Fut::Output> {
        let result = self.results.front_mut()?.take()?;
        self.results.pop_front();
        self.first = self.first.wrapping_add(1);
        Some(result)
    }
}

impl<Fut: Future> Default for Ordered<Fut> {
    fn default() -> Self {
        Self {
            running: FuturesUnordered::new(),
            results: VecDeque::new(),
            first: 0,
        }
    }
}

/// Hands on results in the order in which their futures finish.
pub(super) struct Unordered<Fut: Future> {
    running: FuturesUnordered<Fut>,
    results: VecDeque<Fut::Output>,
}

impl<Fut: Future> Queue for Unordered<Fut> {
    type Future = Fut;
    type Output = Fut::Output;

    fn push(&mut self, future: Fut) {
        self.running.push(future);
    }

    fn len(&self) -> usize {
        self.running.len() + self.results.len()
    }

    fn drive(&mut self, units: &mut usize, cx: &mut Context<'_>) -> Poll<()> {
        drive(&mut self.running, units, cx, |result| {
            self.results.push_back(result);
        })
    }

    fn pop(&mut self) -> Option<Fut::Output> {
        self.results.pop_front()
    }
}

impl<Fut: Future> Default for Unordered<Fut> {
    fn default() -> Self {
        Self {
            running: FuturesUnordered::new(),
            results: VecDeque::new(),
        }
    }
}

fn drive<Fut: Future>(
    running: &mut FuturesUnordered<Fut>,
    units: &mut usize,
    cx: &mut Context<'_>,
    mut finished: impl FnMut(Fut::Output),
) -> Poll<()> {
    // An empty set would keep the waker for nothing.
    if running.is_empty() {
        return Poll::Ready(());
    }
    while *units > 0 {
        match ready!(Pin::new(&mut *running).poll_next(cx)) {
            Some(result) => finished(result),
            None => return Poll::Ready(()),
        }
        *units -= 1;
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}

/// A future that tells its result's place.
#[pin_project]
struct Numbered<Fut> {
    #[pin]
    future: Fut,
    number: usize,
}

impl<Fut: Future> Future for Numbered<Fut> {
    type Output = (usize, Fut::Output);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.future.poll(cx).map(|result| (*this.number, result))
    }
}
