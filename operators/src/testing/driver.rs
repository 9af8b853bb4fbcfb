use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use tokio::time::{Duration, Instant, timeout};

use super::ledger::{Book, Ledger};
use super::limits::Limits;
use super::token::{Plan, is_scripted};
use super::{Broken, Law, Script, Step, Token};
use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Idle for this long on the paused clock means idle for ever.
const FOR_EVER: Duration = Duration::from_hours(24);
const TICK: Duration = Duration::from_millis(1);
/// Polls that need no reason, in each run.
const FREE_POLLS: usize = 64;
/// Panics after which a run gives up.
const MAX_PANICS: usize = 3;

/// What a driver is told.
pub(super) struct Run<'a, P: Progress> {
    pub(super) limits: &'a Limits<P>,
    pub(super) script: &'a Script,
    /// Whether emitted tokens are dropped at once, so that those alive are held.
    pub(super) counts_tokens: bool,
}

/// How a run ended.
pub(super) struct End {
    /// The operator gave `None`.
    pub(super) done: bool,
    pub(super) panicked: bool,
    /// Before each poll: how many items had been emitted, and the hint.
    pub(super) hints: Vec<(usize, (usize, Option<usize>))>,
    /// Tokens that were inside when it was dropped.
    pub(super) held: usize,
    pub(super) arrivals: Vec<(Instant, Plan)>,
    pub(super) ended_at: Option<Instant>,
}

/// Plays the consumer of one script, and polls only after a wake.
pub(super) struct Driver<'a, P: Progress, T> {
    operator: Pin<Box<Flow<P>>>,
    ledger: Ledger,
    run: Run<'a, P>,
    take: T,
    flag: Arc<Flag>,
    // The flags of wakers that the operator should have forgotten.
    stale: Vec<Arc<Flag>>,
    // The next poll needs no wake.
    awake: bool,
    polls: usize,
    calls: usize,
    emitted: usize,
    // Tokens in the items emitted, where those are dropped at once.
    emitted_tokens: usize,
    // The last item was the last of all.
    last: bool,
    done: bool,
    panics: usize,
    hints: Vec<(usize, (usize, Option<usize>))>,
}

impl<'a, P, T> Driver<'a, P, T>
where
    P: Progress + FusedStream,
    T: FnMut(P::Item),
{
    pub(super) fn new(operator: Flow<P>, ledger: &Ledger, run: Run<'a, P>, take: T) -> Self {
        Self {
            operator: Box::pin(operator),
            ledger: ledger.clone(),
            run,
            take,
            flag: Arc::default(),
            stale: Vec::new(),
            awake: true,
            polls: 0,
            calls: 0,
            emitted: 0,
            emitted_tokens: 0,
            last: false,
            done: false,
            panics: 0,
            hints: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) -> Result<End, Broken> {
        if self.ledger.book().calls > 0 {
            return Err(broken(Law::S10, "building it touched an input"));
        }
        for step in &self.run.script.consumer {
            if *step == Step::DropNow {
                return self.finish();
            }
            if !self.over() {
                self.step(*step).await?;
            }
        }
        while !self.over() {
            self.step(Step::Poll).await?;
        }
        if self.done {
            self.ledger.book().over = true;
            for _ in 0..3 {
                self.poll()?;
            }
        }
        self.finish()
    }

    fn over(&self) -> bool {
        self.done || self.panics == MAX_PANICS
    }

    async fn step(&mut self, step: Step) -> Result<(), Broken> {
        match step {
            Step::Poll => {
                if !self.awake && !self.woken().await {
                    return Err(self.lost_wake());
                }
                self.poll()
            }
            Step::SpuriousPoll => self.poll(),
            Step::SwapWaker => {
                self.stale.push(std::mem::take(&mut self.flag));
                self.poll()
            }
            Step::Skip(calls) => {
                self.progress(calls.into()).await?;
                self.awake = true;
                Ok(())
            }
            Step::Block => {
                self.progress(usize::MAX).await?;
                self.awake = true;
                self.check_still()
            }
            Step::DropNow => Ok(()),
        }
    }

    fn lost_wake(&self) -> Broken {
        let law = if self.panics > 0 {
            Law::P1
        } else if self.stale.iter().any(|flag| flag.is_up()) {
            Law::W2
        } else {
            Law::W1
        };
        broken(law, "the consumer waits for a wake that never comes")
    }

    fn poll(&mut self) -> Result<(), Broken> {
        let hint = self.operator.size_hint();
        let terminated = self.operator.is_terminated();
        self.hints.push((self.emitted, hint));
        if !self.awake {
            // The consumer has done nothing but wait since its last poll.
            self.check_linger()?;
        }
        self.before()?;
        let waker = Waker::from(Arc::clone(&self.flag));
        let mut cx = Context::from_waker(&waker);
        let operator = self.operator.as_mut();
        let polled = catch_unwind(AssertUnwindSafe(|| operator.poll_next(&mut cx)));
        drop(waker);
        let polled = match polled {
            Ok(polled) => polled,
            Err(panic) => return self.after_panic(panic.as_ref()),
        };
        self.awake = polled.is_ready();
        let ended = matches!(polled, Poll::Ready(None));
        if self.done && !ended {
            return Err(broken(Law::S2, "it went on after its end"));
        }
        if terminated && !ended {
            return Err(broken(Law::S4, "it said it had terminated, and went on"));
        }
        match polled {
            Poll::Ready(Some(item)) => {
                self.emitted += 1;
                self.take(item)?;
            }
            Poll::Ready(None) => self.done = true,
            Poll::Pending => {
                self.check_inputs_settled()?;
                self.check_linger()?;
            }
        }
        self.after()
    }

    fn take(&mut self, item: P::Item) -> Result<(), Broken> {
        if self.last {
            return Err(broken(Law::S6, "an item came after the last one"));
        }
        self.last = self.run.limits.ends_with(&item);
        let before = self.ledger.book().live.len();
        (self.take)(item);
        self.emitted_tokens += before - self.ledger.book().live.len();
        Ok(())
    }

    async fn progress(&mut self, max_calls: usize) -> Result<(), Broken> {
        for call in 0..max_calls {
            if call > 0 && !self.woken().await {
                break;
            }
            self.before()?;
            let waker = Waker::from(Arc::clone(&self.flag));
            let mut cx = Context::from_waker(&waker);
            let operator = self.operator.as_mut();
            let polled = catch_unwind(AssertUnwindSafe(|| operator.poll_progress(&mut cx)));
            drop(waker);
            let polled = match polled {
                Ok(polled) => polled,
                Err(panic) => return self.after_panic(panic.as_ref()),
            };
            self.check_inputs_settled()?;
            self.after()?;
            if polled.is_ready() {
                break;
            }
        }
        Ok(())
    }

    fn before(&mut self) -> Result<(), Broken> {
        self.polls += 1;
        self.flag.lower();
        for flag in &self.stale {
            flag.lower();
        }
        let mut book = self.ledger.book();
        if book.calls != self.calls {
            return Err(broken(Law::S1, "an input was touched outside of a poll"));
        }
        let reasons = book.arrivals.len() + book.wakes + self.run.script.consumer.len();
        if self.polls > 4 * reasons + FREE_POLLS {
            let detail = format!("{} polls for {reasons} reasons", self.polls);
            return Err(broken(Law::W3, detail));
        }
        book.units = 0;
        for input in &mut book.inputs {
            // One that still waits for its wake need not be called again.
            input.settled &= !std::mem::take(&mut input.stirred);
        }
        Ok(())
    }

    fn after(&mut self) -> Result<(), Broken> {
        let book = self.ledger.book();
        self.calls = book.calls;
        if let Some(broken) = &book.broken {
            return Err(broken.clone());
        }
        // Several operators in a row may each refill what they hold besides.
        let refill = self.run.limits.look_ahead().min(UNITS_PER_POLL);
        if book.units > UNITS_PER_POLL + refill {
            let detail = format!("one poll took {} items", book.units);
            return Err(broken(Law::W5, detail));
        }
        if book.working > self.run.limits.in_flight {
            let detail = format!("{} futures are in flight", book.working);
            return Err(broken(Law::B2, detail));
        }
        if self.run.counts_tokens {
            self.check_held(&book)?;
        }
        self.check_state()?;
        self.check_fair(&book)
    }

    fn check_held(&self, book: &Book) -> Result<(), Broken> {
        let held = book.live.len();
        if held > self.run.limits.look_ahead() {
            return Err(broken(Law::B1, format!("{held} items are held")));
        }
        if let Some((max, cost)) = &self.run.limits.weighted {
            let tokens = book.live.values().map(|(_, plan)| Token::of_model(*plan));
            let weight: usize = tokens.map(|token| cost(&token)).sum();
            if weight > *max && held > 1 {
                let detail = format!("{held} items with the weight {weight} are held");
                return Err(broken(Law::B3, detail));
            }
        }
        if let Some(count) = &self.run.limits.dropped
            && self.panics == 0
        {
            let (taken, emitted) = (book.arrivals.len(), self.emitted_tokens);
            let (dropped, said) = (taken - emitted - held, count(self.operator.get_ref()));
            if dropped as u64 != said {
                let detail = format!(
                    "of {taken} items {held} are held, {emitted} emitted, {said} said to be dropped"
                );
                return Err(broken(Law::O5, detail));
            }
        }
        Ok(())
    }

    fn check_state(&self) -> Result<(), Broken> {
        let Some((max, size)) = &self.run.limits.state else {
            return Ok(());
        };
        let size = size(self.operator.get_ref());
        if size > *max {
            let detail = format!("the state has grown to {size}");
            return Err(broken(Law::B4, detail));
        }
        Ok(())
    }

    fn check_fair(&self, book: &Book) -> Result<(), Broken> {
        let Some(max_gap) = self.run.limits.fair else {
            return Ok(());
        };
        let live = book
            .inputs
            .iter()
            .filter(|input| !input.ended && !input.dropped);
        let taken = live.map(|input| input.taken);
        let (least, most) = (taken.clone().min(), taken.max());
        let gap = most.unwrap_or(0) - least.unwrap_or(0);
        if gap > max_gap && self.run.script.is_plain() {
            let detail = format!("an input is {gap} items ahead of another");
            return Err(broken(Law::G2, detail));
        }
        Ok(())
    }

    fn after_panic(&mut self, panic: &(dyn Any + Send)) -> Result<(), Broken> {
        if self.panics == 0 && !is_scripted(panic) {
            return Err(broken(Law::P1, "it panicked by itself"));
        }
        self.panics += 1;
        self.awake = true;
        self.after()
    }

    fn check_inputs_settled(&self) -> Result<(), Broken> {
        let book = self.ledger.book();
        let settled = book
            .inputs
            .iter()
            .all(|input| input.settled || input.ended || input.dropped);
        if settled || self.done || self.panics > 0 {
            return Ok(());
        }
        let detail = "an input was neither found pending nor driven in the call";
        Err(broken(Law::G1b, detail))
    }

    /// Checks that nothing stands still that could go on.
    fn check_still(&self) -> Result<(), Broken> {
        let book = self.ledger.book();
        if self.over() || self.panics > 0 {
            return Ok(());
        }
        if book.working > 0 {
            let detail = format!("{} futures stand still", book.working);
            return Err(broken(Law::G1, detail));
        }
        let moving = |input: &super::ledger::Input| input.moving && !input.dropped;
        if book.inputs.iter().any(moving) {
            return Err(broken(Law::G1b, "the work of an input stands still"));
        }
        Ok(())
    }

    fn check_linger(&self) -> Result<(), Broken> {
        let age = self.ledger.book().oldest_age();
        match (age, self.run.limits.linger) {
            (Some(age), Some(linger)) if self.run.counts_tokens && age > linger + TICK => {
                Err(broken(Law::T3, format!("an item is held since {age:?}")))
            }
            _ => Ok(()),
        }
    }

    fn finish(mut self) -> Result<End, Broken> {
        let held = self.ledger.book().live.len();
        if self.panics == 0 {
            self.check_remainder()?;
            self.check_released_at_end()?;
        }
        drop(self.operator);
        {
            let book = self.ledger.book();
            let kept = book.inputs.iter().any(|input| !input.dropped)
                || book.working > 0
                || (self.run.counts_tokens && !book.live.is_empty());
            if kept {
                return Err(broken(Law::C1, "something outlived the drop"));
            }
        }
        // Wakes of the futures that were dropped must do no harm.
        while self.ledger.open_gate(false) {}
        let mut flags = self.stale.iter().chain([&self.flag]);
        if flags.any(|flag| Arc::strong_count(flag) > 1) {
            return Err(broken(Law::C6, "a waker outlived the drop"));
        }
        let mut book = self.ledger.book();
        Ok(End {
            done: self.done,
            panicked: self.panics > 0,
            hints: self.hints,
            held,
            arrivals: std::mem::take(&mut book.arrivals),
            ended_at: book.ended_at,
        })
    }

    fn check_remainder(&mut self) -> Result<(), Broken> {
        let Some(remainder) = &self.run.limits.remainder else {
            return Ok(());
        };
        if !self.run.counts_tokens {
            return Ok(());
        }
        let held: Vec<u32> = self.ledger.book().live.keys().copied().collect();
        let rest = remainder(self.operator.as_mut().get_pin_mut());
        if rest.iter().map(Token::id).eq(held.iter().copied()) {
            return Ok(());
        }
        let detail = format!("{held:?} were held, and {rest:?} were given back");
        Err(broken(Law::C3, detail))
    }

    fn check_released_at_end(&self) -> Result<(), Broken> {
        let book = self.ledger.book();
        let released = book.inputs.iter().all(|input| input.ended || input.dropped);
        if self.done && !released {
            return Err(broken(Law::C5, "it ended early and kept an input"));
        }
        Ok(())
    }

    /// Waits for a wake; `false` when nothing is left that could cause one.
    async fn woken(&self) -> bool {
        loop {
            if self.flag.is_up() {
                return true;
            }
            let opened = self.ledger.open_gate(self.run.script.newest_first);
            if !opened && timeout(FOR_EVER, self.flag.raised()).await.is_err() {
                return false;
            }
        }
    }
}

pub(super) fn broken(law: Law, detail: impl Into<String>) -> Broken {
    Broken {
        law,
        detail: detail.into(),
        script: String::new(),
    }
}

/// What a wake raises.
#[derive(Default)]
struct Flag {
    up: AtomicBool,
    // The driver's own task, while it waits.
    driver: Mutex<Option<Waker>>,
}

impl Flag {
    fn is_up(&self) -> bool {
        self.up.load(Ordering::SeqCst)
    }

    fn lower(&self) {
        self.up.store(false, Ordering::SeqCst);
    }

    fn driver(&self) -> Option<Waker> {
        self.driver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    async fn raised(&self) {
        poll_fn(|cx| {
            *self.driver.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
            if self.is_up() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.up.store(true, Ordering::SeqCst);
        if let Some(driver) = self.driver() {
            driver.wake();
        }
    }
}
