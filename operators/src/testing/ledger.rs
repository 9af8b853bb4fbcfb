use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::time::{Duration, Instant};

use super::driver::broken;
use super::token::Plan;
use super::{Broken, Law};

/// What one run has seen so far; shared by source, tokens, futures and driver.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) inputs: Vec<Input>,
    /// The tokens that were given and not dropped, and since when.
    pub(super) live: BTreeMap<u32, (Instant, Plan)>,
    /// Every token that was given, and when.
    pub(super) arrivals: Vec<(Instant, Plan)>,
    pub(super) ended_at: Option<Instant>,
    /// Futures that exist and are not done.
    pub(super) working: usize,
    /// Calls of any input's methods.
    pub(super) calls: usize,
    /// Items given since the operator was last called.
    pub(super) units: usize,
    /// Tokens whose future is done.
    pub(super) finished: BTreeSet<u32>,
    /// How often each finalizer has run.
    pub(super) finalized: Vec<usize>,
    pub(super) stops: Vec<Hook>,
    /// Wakes that had a reason.
    pub(super) wakes: usize,
    /// The operator itself has ended.
    pub(super) over: bool,
    pub(super) broken: Option<Broken>,
    gates: Vec<Gate>,
}

#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent facts, each read by another law"
)]
pub(super) struct Input {
    pub(super) ended: bool,
    pub(super) dropped: bool,
    /// Items given.
    pub(super) taken: usize,
    /// Was called, and stands before something other than an item or the end.
    pub(super) moving: bool,
    /// Was left pending, or driven, in this call of the operator, or in an
    /// earlier one and not stirred since.
    pub(super) settled: bool,
    /// Was woken, or gave an item, since its last call began.
    pub(super) stirred: bool,
    /// Of its last pending poll.
    pub(super) waker: Option<Waker>,
}

/// Tells the operator under test to stop.
pub(super) struct Hook(pub(super) Box<dyn Fn() + Send>);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hook").finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Gate {
    open: bool,
    waker: Option<Waker>,
}

impl Ledger {
    pub(super) fn new(inputs: usize) -> Self {
        let ledger = Self::default();
        // Nothing is under way in an input that was never called.
        let input = || Input {
            settled: true,
            ..Input::default()
        };
        ledger.book().inputs.resize_with(inputs, input);
        ledger
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        // A scripted panic may strike anywhere; the book is whole after each
        // of its methods.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits at a gate, which is built at the first call.
    pub(super) fn poll_gate(&self, gate: &mut Option<usize>, cx: &mut Context<'_>) -> Poll<()> {
        let mut book = self.book();
        let number = *gate.get_or_insert_with(|| {
            book.gates.push(Gate::default());
            book.gates.len() - 1
        });
        let place = &mut book.gates[number];
        if place.open {
            *gate = None;
            return Poll::Ready(());
        }
        place.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Opens a gate at which someone waits; says whether there was one.
    pub(super) fn open_gate(&self, newest_first: bool) -> bool {
        let waker = {
            let mut book = self.book();
            let mut waiting = book.gates.iter_mut().filter(|gate| gate.waker.is_some());
            let gate = if newest_first {
                waiting.next_back()
            } else {
                waiting.next()
            };
            let Some(gate) = gate else {
                return false;
            };
            gate.open = true;
            let waker = gate.waker.take();
            book.wakes += 1;
            waker
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Wakes whoever has ever waited, and forgets them.
    pub(super) fn wake_all(&self) {
        while self.open_gate(false) {}
        for waker in self.take_wakers() {
            waker.wake_by_ref();
            waker.wake();
        }
    }

    /// Forgets whoever has ever waited for an input.
    pub(super) fn take_wakers(&self) -> Vec<Waker> {
        let mut book = self.book();
        let wakers = book.inputs.iter_mut().map(|input| input.waker.take());
        wakers.flatten().collect()
    }

    /// `owed` says that there must be one.
    pub(super) fn check_finalizers(&self, owed: bool) -> Result<(), Broken> {
        let runs = mem::take(&mut self.book().finalized);
        let unowed = !owed && runs.iter().all(|count| *count <= 1);
        if unowed || (!runs.is_empty() && runs.iter().all(|count| *count == 1)) {
            return Ok(());
        }
        let detail = format!("the finalizers have run {runs:?} times");
        Err(broken(Law::P3, detail))
    }
}

impl Book {
    /// Notes the first law that is broken.
    pub(super) fn breaks(&mut self, law: Law, detail: impl Into<String>) {
        self.broken.get_or_insert_with(|| Broken {
            law,
            detail: detail.into(),
            script: String::new(),
        });
    }

    pub(super) fn oldest_age(&self) -> Option<Duration> {
        let since = self.live.values().map(|(since, _)| since).min();
        since.map(Instant::elapsed)
    }
}
