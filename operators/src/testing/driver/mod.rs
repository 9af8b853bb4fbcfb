mod checks;
mod flag;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use flag::Flag;
use futures_core::Stream;
use futures_core::stream::FusedStream;
use tokio::time::{Duration, Instant, timeout, timeout_at};

use super::ledger::{Hook, Ledger};
use super::limits::Limits;
use super::token::{Plan, is_scripted};
use super::{Broken, Law, Script, Step};
use crate::{Flow, Progress};

/// Idle for this long on the paused clock means idle for ever.
const FOR_EVER: Duration = Duration::from_hours(24);
const TICK: Duration = Duration::from_millis(1);
/// Polls that need no reason, in each run.
const FREE_POLLS: usize = 64;
/// How long nobody may be woken while there is nothing to do.
const SILENCE: Duration = Duration::from_hours(1);
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
    /// It was told to.
    pub(super) stopped: bool,
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
    watermark: Option<i64>,
    // When each item came, where a rate is documented.
    times: Vec<Instant>,
    // How many items had been taken when it was told to stop.
    stopped: Option<usize>,
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
            watermark: None,
            times: Vec::new(),
            stopped: None,
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

    /// Takes what comes until the inputs fall silent, and lets an hour pass.
    pub(super) async fn idle(mut self) -> Result<(), Broken> {
        let idled = self.keep_idle().await;
        drop(self.operator);
        // Wakers hold the ledger, which holds them in turn.
        drop(self.ledger.take_wakers());
        idled
    }

    async fn keep_idle(&mut self) -> Result<(), Broken> {
        let end = Instant::now() + SILENCE;
        for _ in 0..FREE_POLLS {
            let since = Instant::now();
            let idle = !self.awake && !self.flag.is_up() && {
                let book = self.ledger.book();
                book.live.is_empty() && book.working == 0
            };
            if !self.awake && timeout_at(end, self.flag.raised()).await.is_err() {
                break;
            }
            // Another task may wake it at any time, but only a timer later.
            let by_timer = Instant::now() > since;
            self.poll()?;
            if idle && by_timer && !self.awake {
                let detail = "it was woken for nothing, with nothing held";
                return Err(broken(Law::T5, detail));
            }
        }
        Ok(())
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
            Step::PollMany(limit) => {
                if !self.awake && !self.woken().await {
                    return Err(self.lost_wake());
                }
                self.poll_up_to(Some(limit.into()))
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
            Step::Stop => self.stop(),
            Step::DropNow => Ok(()),
        }
    }

    /// Stops twice: the second time must change nothing.
    fn stop(&mut self) -> Result<(), Broken> {
        let stops = std::mem::take(&mut self.ledger.book().stops);
        let stop = || stops.iter().for_each(|Hook(stop)| stop());
        let stopped = catch_unwind(AssertUnwindSafe(|| {
            stop();
            stop();
        }));
        if stopped.is_err() {
            return Err(broken(Law::C4, "it panicked when it was stopped twice"));
        }
        let mut book = self.ledger.book();
        book.stops = stops;
        book.wakes += 1;
        self.stopped.get_or_insert(book.arrivals.len());
        Ok(())
    }

    fn lost_wake(&self) -> Broken {
        let law = if self.panics > 0 {
            Law::P1
        } else if self.stopped.is_some() {
            Law::C4
        } else if self.stale.iter().any(|flag| flag.is_up()) {
            Law::W2
        } else {
            Law::W1
        };
        broken(law, "the consumer waits for a wake that never comes")
    }

    fn poll(&mut self) -> Result<(), Broken> {
        self.poll_up_to(None)
    }

    /// Polls once, for one item or for many.
    fn poll_up_to(&mut self, limit: Option<usize>) -> Result<(), Broken> {
        let hint = self.operator.size_hint();
        let terminated = self.operator.is_terminated();
        self.hints.push((self.emitted, hint));
        if terminated && hint.0 > 0 {
            return Err(broken(
                Law::S7,
                "it says that it has terminated, and its hint owes items",
            ));
        }
        if !self.awake {
            // The consumer has done nothing but wait since its last poll.
            self.check_linger()?;
        }
        self.before()?;
        let waker = Waker::from(Arc::clone(&self.flag));
        let mut cx = Context::from_waker(&waker);
        let operator = self.operator.as_mut();
        let mut items = Vec::new();
        let polled = catch_unwind(AssertUnwindSafe(|| match limit {
            Some(limit) => operator.poll_many(&mut cx, limit, |item| items.push(item)),
            None => operator.poll_next(&mut cx).map(|item| {
                items.push(item?);
                Some(1)
            }),
        }));
        drop(waker);
        let handed = items.len();
        for item in items {
            self.emitted += 1;
            self.take(item)?;
        }
        let polled = match polled {
            Ok(polled) => polled,
            Err(panic) => return self.after_panic(panic.as_ref()),
        };
        let said = match polled {
            Poll::Ready(Some(said)) => said,
            Poll::Ready(None) | Poll::Pending => 0,
        };
        let asked = limit.unwrap_or(1);
        if handed != said || handed > asked || (handed == 0 && polled == Poll::Ready(Some(0))) {
            let detail =
                format!("asked for {asked} items it handed out {handed} and said {polled:?}");
            return Err(broken(Law::W7, detail));
        }
        self.awake = polled.is_ready();
        let ended = matches!(polled, Poll::Ready(None));
        if self.done && !ended {
            return Err(broken(Law::S2, "it went on after its end"));
        }
        if terminated && !ended {
            return Err(broken(Law::S4, "it said it had terminated, and went on"));
        }
        match polled {
            Poll::Ready(Some(_)) => {}
            Poll::Ready(None) => self.done = true,
            Poll::Pending => {
                self.check_inputs_settled()?;
                self.check_none_held_back()?;
                self.check_linger()?;
            }
        }
        self.after()
    }

    fn take(&mut self, item: P::Item) -> Result<(), Broken> {
        self.check_item(&item)?;
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
        let asked = self.run.script.consumer.len();
        let reasons = book.arrivals.len() + self.emitted + book.wakes + asked;
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

    fn after_panic(&mut self, panic: &(dyn Any + Send)) -> Result<(), Broken> {
        if self.done {
            return Err(broken(Law::S2, "it panicked when polled after its end"));
        }
        if self.panics == 0 && !is_scripted(panic) {
            return Err(broken(Law::P1, "it panicked by itself"));
        }
        self.panics += 1;
        self.awake = true;
        self.after()
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
        self.ledger.check_finalizers(self.run.limits.finalizer)?;
        let ledger = &self.ledger;
        if catch_unwind(AssertUnwindSafe(|| ledger.wake_all())).is_err() {
            return Err(broken(Law::W6, "a wake after the drop panicked"));
        }
        let mut flags = self.stale.iter().chain([&self.flag]);
        if flags.any(|flag| Arc::strong_count(flag) > 1) {
            return Err(broken(Law::C6, "a waker outlived the drop"));
        }
        // They may hold tokens, which would keep the ledger alive in turn.
        let stops = std::mem::take(&mut self.ledger.book().stops);
        drop(stops);
        let mut book = self.ledger.book();
        Ok(End {
            done: self.done,
            stopped: self.stopped.is_some(),
            panicked: self.panics > 0,
            hints: self.hints,
            held,
            arrivals: std::mem::take(&mut book.arrivals),
            ended_at: book.ended_at,
        })
    }

    /// Waits for a wake; `false` when nothing is left that could cause one.
    async fn woken(&self) -> bool {
        loop {
            if self.flag.is_up() {
                return true;
            }
            if self.stopped.is_some() && self.ledger.book().working == 0 {
                // The end must not wait for an input.
                return timeout(FOR_EVER, self.flag.raised()).await.is_ok();
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
