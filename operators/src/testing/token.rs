use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Duration, Instant, Sleep, sleep};

use super::ledger::Ledger;
use super::{Event, Pace};

/// An item of the scripted source. Two tokens are equal if their ids are.
///
/// The tokens that a model gets say the same of themselves as those that the
/// operator got.
pub struct Token {
    plan: Plan,
    // Tokens of the model have none.
    ledger: Option<Ledger>,
}

/// What the script says of a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) id: u32,
    pub(super) pace: Pace,
    pub(super) fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Fine,
    Failing,
    Poisoned,
}

impl Plan {
    /// The token that an event gives.
    pub(super) fn of(event: Event, id: u32) -> Option<Self> {
        let (pace, fate) = match event {
            Event::Item(pace) => (pace, Fate::Fine),
            Event::Error(pace) => (pace, Fate::Failing),
            Event::Poison(pace) => (pace, Fate::Poisoned),
            Event::PendNow | Event::PendLater | Event::Wait(_) | Event::Panic => return None,
        };
        Some(Self { id, pace, fate })
    }
}

impl Token {
    pub(super) fn of_model(plan: Plan) -> Self {
        Self { plan, ledger: None }
    }

    pub(super) fn given(plan: Plan, ledger: &Ledger) -> Self {
        let now = Instant::now();
        let mut book = ledger.book();
        book.live.insert(plan.id, (now, plan));
        book.arrivals.push((now, plan));
        Self {
            plan,
            ledger: Some(ledger.clone()),
        }
    }

    /// Tells tokens apart: `1000 * input + index`.
    pub fn id(&self) -> u32 {
        self.plan.id
    }

    /// Gives the token as an error where the script says so.
    ///
    /// # Errors
    ///
    /// The token of an [`Event::Error`].
    pub fn checked(self) -> Result<Self, Self> {
        match self.plan.fate {
            Fate::Failing => Err(self),
            Fate::Fine | Fate::Poisoned => Ok(self),
        }
    }

    /// Gives a weight, mostly from 1 to 5 and now and then 12.
    pub fn cost(&self) -> usize {
        match self.mixed() % 16 {
            0 => 12,
            mixed => 1 + mixed as usize % 5,
        }
    }

    /// Gives one of four keys, from 0 to 3.
    pub fn key(&self) -> u32 {
        self.mixed() / 16 % 4
    }

    /// Gives a time in milliseconds, which rises by about ten from token to
    /// token of an input, and lies at most 30 behind that of any before.
    pub fn event_time(&self) -> u64 {
        u64::from(self.plan.id % 1000 * 10 + self.mixed() % 41)
    }

    /// Spreads the ids, so that neighbours differ in what is made of it.
    fn mixed(&self) -> u32 {
        self.plan.id.wrapping_mul(0x9E37_79B1) >> 12
    }

    /// Gives the id to a closure under test, in the place of real work.
    ///
    /// # Panics
    ///
    /// Panics where the script has poisoned the token.
    pub fn value(&self) -> u32 {
        if self.plan.fate == Fate::Poisoned {
            scripted_panic();
        }
        self.plan.id
    }

    /// Gives the token back after as long as the script says.
    ///
    /// The future counts as in flight from here until it is done or dropped.
    pub fn work(self) -> Work {
        if let Some(ledger) = &self.ledger {
            let mut book = ledger.book();
            book.working += 1;
            book.finished.remove(&self.plan.id);
        }
        Work {
            token: Some(self),
            gate: None,
            sleep: None,
            polled: false,
        }
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.plan.id == other.plan.id
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.plan.id)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        if let Some(ledger) = &self.ledger {
            let mut book = ledger.book();
            book.live.remove(&self.plan.id);
            book.finished.remove(&self.plan.id);
        }
    }
}

/// Future for [`Token::work`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Work {
    // Gone when it is done.
    token: Option<Token>,
    gate: Option<usize>,
    sleep: Option<Pin<Box<Sleep>>>,
    polled: bool,
}

impl Work {
    fn poll_pace(&mut self, pace: Pace, ledger: &Ledger, cx: &mut Context<'_>) -> Poll<()> {
        match pace {
            Pace::Now => Poll::Ready(()),
            Pace::PendNow if self.polled => Poll::Ready(()),
            Pace::PendNow => {
                self.polled = true;
                ledger.book().wakes += 1;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Pace::PendLater => ledger.poll_gate(&mut self.gate, cx),
            Pace::Wait(ms) => poll_sleep(&mut self.sleep, ms, ledger, cx),
        }
    }
}

impl Future for Work {
    type Output = Token;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Token> {
        let Some(token) = &self.token else {
            unreachable!("a `Work` was polled after its end");
        };
        let Plan { id, pace, fate } = token.plan;
        // A token of the model is done at once.
        if let Some(ledger) = token.ledger.clone() {
            ready!(self.poll_pace(pace, &ledger, cx));
            if fate == Fate::Poisoned {
                scripted_panic();
            }
            let mut book = ledger.book();
            book.working -= 1;
            book.finished.insert(id);
        }
        match self.token.take() {
            Some(token) => Poll::Ready(token),
            None => Poll::Pending,
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(ledger) = self.token.as_ref().and_then(|token| token.ledger.as_ref()) {
            ledger.book().working -= 1;
        }
    }
}

/// Waits on tokio's clock, from the first call on.
pub(super) fn poll_sleep(
    timer: &mut Option<Pin<Box<Sleep>>>,
    ms: u8,
    ledger: &Ledger,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let sleep = timer.get_or_insert_with(|| Box::pin(sleep(Duration::from_millis(ms.into()))));
    ready!(sleep.as_mut().poll(cx));
    *timer = None;
    ledger.book().wakes += 1;
    Poll::Ready(())
}

/// The payload of the panics that the script asks for.
struct Scripted;

/// Unwinds without the panic hook, which would print each of them.
pub(super) fn scripted_panic() -> ! {
    resume_unwind(Box::new(Scripted))
}

pub(super) fn is_scripted(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Scripted>()
}
