use std::mem;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};

use futures::Stream;
use futures::stream::FusedStream;
use millpond_operators::testing::{Source, Token};
use millpond_operators::{Flow, Progress};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    PollsInSizeHint,
    RisesAgain,
    AsksTwiceForTheEnd,
    SaysTerminated,
    EndsEarly,
    PromisesTooMuch,
    FillsAnEmptyInput,
    PollsWhenBuilt,
    ForgetsToWake,
    KeepsFirstWaker,
    Spins,
    DropsInProgress,
    RejectsAllAtOnce,
    LeaksInput,
    LosesWhenPending,
    KeepsInputPastItsEnd,
    LeaksWaker,
    RemembersAll,
    TrustsNoLateWake,
    FinalizesTwice,
    RepeatsAfterPanic,
    RepeatsAfterPanicOfItsClosure,
    LosesOfMany,
    SwapsTwoOfMany,
    MiscountsMany,
    HandsOutTooMany,
}

/// Emits the value of every token, with one fault.
pub(crate) fn faulty(input: Flow<Source>, fault: Fault) -> Flow<Faulty> {
    let mut input = input;
    if fault == Fault::PollsWhenBuilt {
        let mut cx = Context::from_waker(Waker::noop());
        drop(Pin::new(&mut input).poll_next(&mut cx));
    }
    let finalizer: Box<dyn Fn()> = if fault == Fault::FinalizesTwice {
        Box::new(input.get_ref().finalizer())
    } else {
        Box::new(|| ())
    };
    Flow::native(Faulty {
        input: Mutex::new(Some(input)),
        fault,
        emitted: 0,
        ended: false,
        polled_at_end: false,
        delayed: None,
        first_waker: None,
        last: None,
        entered: false,
        applying: false,
        seen: Vec::new(),
        dropped: Arc::default(),
        finalizer,
    })
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is what one fault remembers"
)]
pub(crate) struct Faulty {
    // Behind a lock, so that the size hint can do what it must not.
    input: Mutex<Option<Flow<Source>>>,
    fault: Fault,
    emitted: usize,
    ended: bool,
    polled_at_end: bool,
    delayed: Option<Token>,
    first_waker: Option<Waker>,
    last: Option<u32>,
    entered: bool,
    applying: bool,
    seen: Vec<u32>,
    dropped: Arc<AtomicBool>,
    finalizer: Box<dyn Fn()>,
}

/// Passes a wake on, and panics when its operator is gone.
struct Trusting {
    waker: Waker,
    dropped: Arc<AtomicBool>,
}

impl Wake for Trusting {
    fn wake(self: Arc<Self>) {
        if self.dropped.load(Ordering::SeqCst) {
            resume_unwind(Box::new("woken too late"));
        }
        self.waker.wake_by_ref();
    }
}

impl Faulty {
    pub(crate) fn remembered(&self) -> usize {
        self.seen.len()
    }

    fn input(&mut self) -> &mut Option<Flow<Source>> {
        self.input.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        match self.input() {
            Some(input) => Pin::new(input).poll_next(cx),
            None => Poll::Ready(None),
        }
    }

    fn drive_input(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.input() {
            Some(input) => Pin::new(input).poll_progress(cx),
            None => Poll::Ready(()),
        }
    }

    fn at_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        match self.fault {
            Fault::AsksTwiceForTheEnd if !self.polled_at_end => {
                self.polled_at_end = true;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Fault::FillsAnEmptyInput if self.emitted == 0 => {
                self.emitted = 1;
                return Poll::Ready(Some(0));
            }
            _ => {}
        }
        self.ended = true;
        *self.input() = None;
        (self.finalizer)();
        Poll::Ready(None)
    }
}

impl Stream for Faulty {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        let this = self.get_mut();
        let fault = this.fault;
        if this.ended {
            let rises = fault == Fault::RisesAgain;
            return Poll::Ready(rises.then_some(0));
        }
        if mem::replace(&mut this.entered, true) && fault == Fault::RepeatsAfterPanic {
            this.entered = false;
            return Poll::Ready(this.last.or(Some(0)));
        }
        if mem::take(&mut this.applying) && fault == Fault::RepeatsAfterPanicOfItsClosure {
            return Poll::Ready(this.last.or(Some(0)));
        }
        let enough = match fault {
            Fault::EndsEarly => this.emitted == 3,
            Fault::KeepsInputPastItsEnd => this.emitted == 2,
            _ => false,
        };
        if enough {
            this.ended = true;
            if fault == Fault::EndsEarly {
                *this.input() = None;
            }
            return Poll::Ready(None);
        }
        if fault == Fault::LeaksWaker {
            mem::forget(cx.waker().clone());
        }
        let waker = if fault == Fault::KeepsFirstWaker {
            let waker = this.first_waker.get_or_insert_with(|| cx.waker().clone());
            waker.clone()
        } else if fault == Fault::TrustsNoLateWake {
            Waker::from(Arc::new(Trusting {
                waker: cx.waker().clone(),
                dropped: Arc::clone(&this.dropped),
            }))
        } else {
            cx.waker().clone()
        };
        let mut input_cx = Context::from_waker(&waker);
        let polled = match this.delayed.take() {
            Some(token) => Poll::Ready(Some(token)),
            None => this.poll_input(&mut input_cx),
        };
        this.entered = false;
        if polled.is_pending() && fault == Fault::Spins {
            cx.waker().wake_by_ref();
        }
        let Some(token) = ready!(polled) else {
            return this.at_end(cx);
        };
        match fault {
            Fault::ForgetsToWake if token.id() == 2 && this.last != Some(2) => {
                this.last = Some(2);
                this.delayed = Some(token);
                let _moving = this.drive_input(cx);
                return Poll::Pending;
            }
            Fault::LosesWhenPending if token.id() == 2 => {
                let _moving = this.drive_input(cx);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Fault::RejectsAllAtOnce => {
                while ready!(this.poll_input(cx)).is_some() {}
                return this.at_end(cx);
            }
            _ => {}
        }
        (this.entered, this.applying) = (true, true);
        let value = token.value();
        (this.entered, this.applying) = (false, false);
        this.last = Some(value);
        this.emitted += 1;
        if fault == Fault::RemembersAll {
            this.seen.push(value);
        }
        Poll::Ready(Some(value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(input) = input.as_mut() else {
            return (0, Some(usize::from(self.fault == Fault::RisesAgain)));
        };
        if self.fault == Fault::PollsInSizeHint {
            let mut cx = Context::from_waker(Waker::noop());
            let _moving = Pin::new(&mut *input).poll_progress(&mut cx);
        }
        let (lower, _) = input.size_hint();
        match self.fault {
            Fault::PromisesTooMuch => (lower + 1, None),
            Fault::None => (lower, None),
            _ => (0, None),
        }
    }
}

impl FusedStream for Faulty {
    fn is_terminated(&self) -> bool {
        self.ended || (self.fault == Fault::SaysTerminated && self.emitted == 1)
    }
}

impl Progress for Faulty {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.fault == Fault::DropsInProgress && !this.ended {
            let ended = matches!(this.poll_input(cx), Poll::Ready(None));
            if ended {
                *this.input() = None;
            }
        }
        this.drive_input(cx)
    }

    fn poll_many(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        limit: usize,
        mut take: impl FnMut(u32),
    ) -> Poll<Option<usize>> {
        let Some(first) = ready!(self.as_mut().poll_next(cx)) else {
            return Poll::Ready(None);
        };
        let second = match self.fault {
            Fault::LosesOfMany | Fault::SwapsTwoOfMany if limit > 1 => self.as_mut().poll_next(cx),
            _ => Poll::Pending,
        };
        let handed = match (self.fault, second) {
            (Fault::SwapsTwoOfMany, Poll::Ready(Some(second))) => {
                take(second);
                2
            }
            (Fault::HandsOutTooMany, _) => {
                take(first);
                2
            }
            (Fault::MiscountsMany, _) => 2,
            _ => 1,
        };
        take(first);
        Poll::Ready(Some(handed))
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        if self.fault == Fault::LeaksInput {
            mem::forget(self.input().take());
        }
        self.dropped.store(true, Ordering::SeqCst);
        (self.finalizer)();
    }
}
