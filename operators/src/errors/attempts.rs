use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use backon::BackoffBuilder;
use tokio::time::{Instant, Sleep, sleep_until};

use super::{GaveUp, GaveUpReason, RetryPolicy};
use crate::Progress;
use crate::budget::UNITS_PER_POLL;
use crate::concurrent::running::Running;

/// What the operators that retry share: start calls, wait after those that
/// fail, start them again, hand on results.
///
/// The input and the closure stay with the operator and are lent to each call.
pub(super) struct Attempts<T, U, E, Fut, B: BackoffBuilder> {
    policy: RetryPolicy<B, E>,
    max_in_flight: usize,
    // Items whose call is under way, who wait for the next one, and results.
    max_inside: usize,
    keeps_order: bool,
    // The calls, tagged with the numbers of their items.
    running: Running<Fut, u64>,
    held: Held<T, U, E, B>,
    timer: Option<Pin<Box<Sleep>>>,
    // The input has ended.
    done: bool,
    // True during a call; found true at the start of one, the last call
    // panicked.
    entered: bool,
}

struct Held<T, U, E, B: BackoffBuilder> {
    // The items that have no result yet, numbered in the order of the input.
    items: BTreeMap<u64, Item<T, B::Backoff>>,
    // Those that wait for their delay to pass, the soonest on top.
    delayed: BinaryHeap<Reverse<(Instant, u64)>>,
    // Those whose delay has passed.
    due: VecDeque<u64>,
    // By place in the output.
    results: BTreeMap<u64, Result<U, GaveUp<E>>>,
    taken: u64,
    finished: u64,
    emitted: u64,
}

struct Item<T, D> {
    value: T,
    attempts: usize,
    // Made when the first attempt has failed.
    delays: Option<D>,
}

impl<T, U, E, Fut, B> Attempts<T, U, E, Fut, B>
where
    Fut: Future<Output = Result<U, E>>,
    B: BackoffBuilder + Clone,
{
    pub(super) fn new(policy: RetryPolicy<B, E>, max_in_flight: usize, keeps_order: bool) -> Self {
        let max_waiting = policy.max_waiting.unwrap_or(max_in_flight);
        Self {
            policy,
            max_in_flight,
            max_inside: max_in_flight.saturating_add(max_waiting),
            keeps_order,
            running: Running::default(),
            held: Held::default(),
            timer: None,
            done: false,
            entered: false,
        }
    }

    pub(super) fn poll_next<S: Progress<Item = T>>(
        &mut self,
        input: Pin<&mut S>,
        f: &mut impl FnMut(&T) -> Fut,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<U, GaveUp<E>>>> {
        self.enter();
        let mut round = Round::new(input);
        let mut result = None;
        loop {
            self.drive(&mut round);
            result = result.or_else(|| self.held.pop());
            let retried = self.retry(f);
            // After the pop, so that the place of the result that is about to
            // leave is taken.
            let admitted = self.admit(&mut round, f, cx);
            if !retried && !admitted {
                break;
            }
        }
        let polled = match result {
            Some(result) => Poll::Ready(Some(result)),
            None if self.done && self.held.len() == 0 => Poll::Ready(None),
            None => {
                let _moving = self.settle(round, cx);
                Poll::Pending
            }
        };
        self.entered = false;
        polled
    }

    pub(super) fn poll_progress<S: Progress<Item = T>>(
        &mut self,
        input: Pin<&mut S>,
        f: &mut impl FnMut(&T) -> Fut,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        self.enter();
        let mut round = Round::new(input);
        loop {
            self.drive(&mut round);
            let retried = self.retry(f);
            let admitted = self.admit(&mut round, f, cx);
            if !retried && !admitted {
                break;
            }
        }
        let upstream = self.settle(round, cx);
        self.entered = false;
        if self.held.items.is_empty() {
            upstream
        } else {
            Poll::Pending
        }
    }

    pub(super) fn size_hint(&self, input: (usize, Option<usize>)) -> (usize, Option<usize>) {
        if self.entered {
            return (0, Some(0));
        }
        let held = self.held.len();
        if self.done {
            return (held, Some(held));
        }
        let (lower, upper) = input;
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.entered || (self.done && self.held.len() == 0)
    }

    fn enter(&mut self) {
        if mem::replace(&mut self.entered, true) {
            self.running = Running::default();
            self.held = Held::default();
            self.timer = None;
            self.done = true;
        }
    }

    /// Polls the calls under way, and sees to those that are done.
    fn drive<S>(&mut self, round: &mut Round<'_, S>) {
        if round.to_finish == 0 {
            return;
        }
        let (policy, held, keeps_order) = (&self.policy, &mut self.held, self.keeps_order);
        self.running.drive(&mut round.to_finish, |number, result| {
            held.see_to(number, result, policy, keeps_order);
        });
    }

    /// Starts calls again whose delay has passed; says whether it started any.
    fn retry(&mut self, f: &mut impl FnMut(&T) -> Fut) -> bool {
        let held = &mut self.held;
        if !held.delayed.is_empty() {
            let now = Instant::now();
            while let Some(Reverse((deadline, number))) = held.delayed.peek().copied()
                && deadline <= now
            {
                held.delayed.pop();
                held.due.push_back(number);
            }
        }
        let mut any = false;
        while self.running.len() < self.max_in_flight
            && let Some(number) = held.due.pop_front()
        {
            if let Some(call) = held.call(number, f) {
                self.running.start_later(call, number);
            }
            any = true;
        }
        any
    }

    /// Takes items while there is room; says whether it took any.
    fn admit<S: Progress<Item = T>>(
        &mut self,
        round: &mut Round<'_, S>,
        f: &mut impl FnMut(&T) -> Fut,
        cx: &mut Context<'_>,
    ) -> bool {
        let before = round.to_take;
        while !self.done && !round.pending && round.to_take > 0 && self.has_room() {
            match round.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    round.to_take -= 1;
                    let number = self.held.push(item);
                    if let Some(call) = self.held.call(number, f) {
                        self.running.start_later(call, number);
                    }
                }
                Poll::Ready(None) => self.done = true,
                Poll::Pending => round.pending = true,
            }
        }
        round.to_take < before
    }

    fn has_room(&self) -> bool {
        self.running.len() < self.max_in_flight && self.held.len() < self.max_inside
    }

    /// Leaves the calls, the timer and the input so that they wake the task.
    fn settle<S: Progress>(&mut self, round: Round<'_, S>, cx: &mut Context<'_>) -> Poll<()> {
        let _running = self.running.park(cx);
        self.arm(cx);
        if self.done {
            return Poll::Ready(());
        }
        if round.pending {
            return Poll::Pending;
        }
        let upstream = round.input.poll_progress(cx);
        if self.has_room() {
            // Only the budget of the poll stopped the intake.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        upstream
    }

    /// Sets the timer to the soonest retry.
    fn arm(&mut self, cx: &mut Context<'_>) {
        let Some(&Reverse((deadline, _))) = self.held.delayed.peek() else {
            self.timer = None;
            return;
        };
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        if timer.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }
}

impl<B: BackoffBuilder + Clone, E> RetryPolicy<B, E> {
    fn next_delay(
        &self,
        error: &E,
        delays: &mut Option<B::Backoff>,
    ) -> Result<Duration, GaveUpReason> {
        if !self.retries(error) {
            return Err(GaveUpReason::Permanent);
        }
        let delays = delays.get_or_insert_with(|| self.delays.clone().build());
        let delay = delays.next().ok_or(GaveUpReason::NoMoreDelays)?;
        match &self.budget {
            Some(budget) if !budget.withdraw() => Err(GaveUpReason::NoBudget),
            _ => Ok(delay),
        }
    }
}

impl<T, U, E, B: BackoffBuilder + Clone> Held<T, U, E, B> {
    fn len(&self) -> usize {
        self.items.len() + self.results.len()
    }

    fn push(&mut self, item: T) -> u64 {
        let number = self.taken;
        self.taken += 1;
        let item = Item {
            value: item,
            attempts: 0,
            delays: None,
        };
        self.items.insert(number, item);
        number
    }

    fn call<Fut>(&mut self, number: u64, f: &mut impl FnMut(&T) -> Fut) -> Option<Fut> {
        let item = self.items.get_mut(&number)?;
        item.attempts += 1;
        Some(f(&item.value))
    }

    fn see_to(
        &mut self,
        number: u64,
        result: Result<U, E>,
        policy: &RetryPolicy<B, E>,
        keeps_order: bool,
    ) {
        let Some(item) = self.items.get_mut(&number) else {
            unreachable!("an item is held until its last attempt is done");
        };
        let result = match result {
            Ok(value) => {
                if let Some(budget) = &policy.budget {
                    budget.deposit();
                }
                Ok(value)
            }
            Err(error) => match policy.next_delay(&error, &mut item.delays) {
                Ok(delay) => {
                    // Past the end of the clock it never passes.
                    if let Some(deadline) = Instant::now().checked_add(delay) {
                        self.delayed.push(Reverse((deadline, number)));
                    }
                    return;
                }
                Err(reason) => Err(GaveUp::new(error, item.attempts, reason)),
            },
        };
        self.items.remove(&number);
        let place = if keeps_order { number } else { self.finished };
        self.finished += 1;
        self.results.insert(place, result);
    }

    /// Hands on the next result, if its turn has come.
    fn pop(&mut self) -> Option<Result<U, GaveUp<E>>> {
        let result = self.results.remove(&self.emitted)?;
        self.emitted += 1;
        Some(result)
    }
}

impl<T, U, E, B: BackoffBuilder> Default for Held<T, U, E, B> {
    fn default() -> Self {
        Self {
            items: BTreeMap::new(),
            delayed: BinaryHeap::new(),
            due: VecDeque::new(),
            results: BTreeMap::new(),
            taken: 0,
            finished: 0,
            emitted: 0,
        }
    }
}

impl<T, U, E, Fut, B: BackoffBuilder> fmt::Debug for Attempts<T, U, E, Fut, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempts")
            .field("in_flight", &self.running.len())
            .field("max_in_flight", &self.max_in_flight)
            .field("inside", &(self.held.items.len() + self.held.results.len()))
            .field("max_inside", &self.max_inside)
            .finish_non_exhaustive()
    }
}

/// One call's dealings with the input, and its budget.
struct Round<'a, S> {
    input: Pin<&'a mut S>,
    to_take: usize,
    to_finish: usize,
    pending: bool,
}

impl<'a, S> Round<'a, S> {
    fn new(input: Pin<&'a mut S>) -> Self {
        Self {
            input,
            to_take: UNITS_PER_POLL,
            to_finish: UNITS_PER_POLL,
            pending: false,
        }
    }
}
