use std::collections::VecDeque;
use std::future::Future;
use std::task::{Context, Poll};

use super::running::Running;

/// Tasks under way and results not yet handed on.
pub(super) trait Queue {
    /// What is made of an item when it is taken.
    type Task;
    type Output;

    /// Takes a task in, and begins it if it may begin now.
    fn push(&mut self, task: Self::Task, units: &mut usize);

    /// Counts the tasks and the results that are here.
    fn len(&self) -> usize;

    /// Polls the futures that were woken, until `units` of them have finished.
    fn drive(&mut self, units: &mut usize);

    /// Has the task of `cx` woken when there is something to drive. `Ready`
    /// when no future is under way.
    fn park(&self, cx: &mut Context<'_>) -> Poll<()>;

    /// Hands on the next result, if its turn has come.
    fn pop(&mut self) -> Option<Self::Output>;

    /// Drops all tasks and results.
    fn clear(&mut self);
}

/// Hands on results in the order in which their futures were pushed.
pub(super) struct Ordered<Fut: Future> {
    // Tagged with the numbers of their places.
    running: Running<Fut, usize>,
    // One place per future pushed and not handed on, in order.
    results: VecDeque<Option<Fut::Output>>,
    // The number of the first place.
    first: usize,
}

impl<Fut: Future> Queue for Ordered<Fut> {
    type Task = Fut;
    type Output = Fut::Output;

    fn push(&mut self, future: Fut, units: &mut usize) {
        let number = self.first.wrapping_add(self.results.len());
        let result = self.running.start(future, number);
        *units -= usize::from(result.is_some());
        self.results.push_back(result.map(|(_, result)| result));
    }

    fn len(&self) -> usize {
        self.results.len()
    }

    fn drive(&mut self, units: &mut usize) {
        self.running.drive(units, |number, result| {
            let place = number.wrapping_sub(self.first);
            self.results[place] = Some(result);
        });
    }

    fn park(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.running.park(cx)
    }

    fn pop(&mut self) -> Option<Fut::Output> {
        let result = self.results.pop_front_if(|result| result.is_some())?;
        self.first = self.first.wrapping_add(1);
        result
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl<Fut: Future> Default for Ordered<Fut> {
    fn default() -> Self {
        Self {
            running: Running::default(),
            results: VecDeque::new(),
            first: 0,
        }
    }
}

/// Hands on results in the order in which their futures finish.
pub(super) struct Unordered<Fut: Future> {
    running: Running<Fut, ()>,
    results: VecDeque<Fut::Output>,
}

impl<Fut: Future> Queue for Unordered<Fut> {
    type Task = Fut;
    type Output = Fut::Output;

    fn push(&mut self, future: Fut, units: &mut usize) {
        if let Some(((), result)) = self.running.start(future, ()) {
            *units -= 1;
            self.results.push_back(result);
        }
    }

    fn len(&self) -> usize {
        self.running.len() + self.results.len()
    }

    fn drive(&mut self, units: &mut usize) {
        self.running.drive(units, |(), result| {
            self.results.push_back(result);
        });
    }

    fn park(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.running.park(cx)
    }

    fn pop(&mut self) -> Option<Fut::Output> {
        self.results.pop_front()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl<Fut: Future> Default for Unordered<Fut> {
    fn default() -> Self {
        Self {
            running: Running::default(),
            results: VecDeque::new(),
        }
    }
}
