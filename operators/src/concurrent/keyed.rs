use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::task::{Context, Poll};

use super::queue::Queue;
use super::running::Running;

/// Hands on results as their futures finish, with one future per key at most.
pub(super) struct Keyed<T, K, F, Fut: Future> {
    f: F,
    running: Running<Fut, K>,
    // The items behind the one under way, for each key that has one.
    lines: HashMap<K, VecDeque<T>>,
    // The items in all lines.
    waiting: usize,
    results: VecDeque<Fut::Output>,
    // Keeps its memory between calls.
    finished: Vec<K>,
}

impl<T, K, F, Fut> Keyed<T, K, F, Fut>
where
    K: Clone + Eq + Hash,
    F: FnMut(T) -> Fut,
    Fut: Future,
{
    pub(super) fn new(f: F) -> Self {
        Self {
            f,
            running: Running::default(),
            lines: HashMap::new(),
            waiting: 0,
            results: VecDeque::new(),
            finished: Vec::new(),
        }
    }

    /// Begins the next item of a key whose future has finished.
    fn begin_next(&mut self, mut key: K, units: &mut usize) {
        while let Some(item) = self.lines.get_mut(&key).and_then(VecDeque::pop_front) {
            self.waiting -= 1;
            let future = (self.f)(item);
            if *units == 0 {
                self.running.start_later(future, key);
                return;
            }
            let Some((same_key, result)) = self.running.start(future, key) else {
                return;
            };
            *units -= 1;
            self.results.push_back(result);
            key = same_key;
        }
        self.lines.remove(&key);
    }
}

impl<T, K, F, Fut> Queue for Keyed<T, K, F, Fut>
where
    K: Clone + Eq + Hash,
    F: FnMut(T) -> Fut,
    Fut: Future,
{
    type Task = (K, T);
    type Output = Fut::Output;

    fn push(&mut self, (key, item): (K, T), units: &mut usize) {
        if let Some(line) = self.lines.get_mut(&key) {
            line.push_back(item);
            self.waiting += 1;
            return;
        }
        let future = (self.f)(item);
        match self.running.start(future, key.clone()) {
            Some((_, result)) => {
                *units -= 1;
                self.results.push_back(result);
            }
            None => {
                self.lines.insert(key, VecDeque::new());
            }
        }
    }

    fn len(&self) -> usize {
        self.running.len() + self.waiting + self.results.len()
    }

    fn drive(&mut self, units: &mut usize) {
        let mut finished = mem::take(&mut self.finished);
        self.running.drive(units, |key, result| {
            self.results.push_back(result);
            finished.push(key);
        });
        for key in finished.drain(..) {
            self.begin_next(key, units);
        }
        self.finished = finished;
    }

    fn park(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.running.park(cx)
    }

    fn pop(&mut self) -> Option<Fut::Output> {
        self.results.pop_front()
    }

    fn clear(&mut self) {
        self.running = Running::default();
        self.lines.clear();
        self.waiting = 0;
        self.results.clear();
        self.finished.clear();
    }
}
