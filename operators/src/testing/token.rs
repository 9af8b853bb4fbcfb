use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Duration, Instant, Sleep, sleep};

use super::Pace;
use super::ledger::Ledger;

/// An item of the scripted source. Two tokens are equal if their ids are.
pub struct Token {
    id: u32,
    pace: Pace,
    poisoned: bool,
    // Tokens of the model have none.
    ledger: Option<Ledger>,
}

impl Token {
    pub(super) fn of_model(id: u32, pace: Pace, poisoned: bool) -> Self {
        Self {
            id,
            pace,
            poisoned,
            ledger: None,
        }
    }

    pub(super) fn given(id: u32, pace: Pace, poisoned: bool, ledger: &Ledger) -> Self {
        let now = Instant::now();
        let mut book = ledger.book();
        book.live.insert(id, now);
        book.arrivals.push((now, id, pace));
        Self {
            id,
            pace,
            poisoned,
            ledger: Some(ledger.clone()),
        }
    }

    /// Tells tokens apart: `1000 * input + index`.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Gives the id to a closure under test, in the place of real work.
    ///
    /// # Panics
    ///
    /// Panics where the script has poisoned the token.
    pub fn value(&self) -> u32 {
        if self.poisoned {
            scripted_panic();
        }
        self.id
    }

    /// Gives the token back after as long as the script says.
    ///
    /// The future counts as in flight from here until it is done or dropped.
    pub fn work(self) -> Work {
        if let Some(ledger) = &self.ledger {
            ledger.book().working += 1;
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
        self.id == other.id
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.id)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        if let Some(ledger) = &self.ledger {
            ledger.book().live.remove(&self.id);
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
        let (pace, poisoned) = (token.pace, token.poisoned);
        // A token of the model is done at once.
        if let Some(ledger) = token.ledger.clone() {
            ready!(self.poll_pace(pace, &ledger, cx));
            if poisoned {
                scripted_panic();
            }
            ledger.book().working -= 1;
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
