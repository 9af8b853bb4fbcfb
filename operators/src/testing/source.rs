use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use tokio::time::{Instant, Sleep};

use super::ledger::{Book, Hook, Ledger};
use super::token::{Plan, poll_sleep, scripted_panic};
use super::{Event, Hint, Law, Token};
use crate::Progress;

/// A stream of [`Token`]s that does what its script says and notes how it is
/// treated.
///
/// Its pendings count as work under way: `poll_progress` moves past them.
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Source {
    events: VecDeque<Event>,
    hint: Hint,
    // Those still among the events.
    items: usize,
    number: usize,
    next_id: u32,
    gate: Option<usize>,
    sleep: Option<Pin<Box<Sleep>>>,
    ledger: Ledger,
}

impl Source {
    pub(super) fn new(number: usize, events: &[Event], hint: Hint, ledger: &Ledger) -> Self {
        let gives = |event: &&Event| Plan::of(**event, 0).is_some();
        Self {
            items: events.iter().filter(gives).count(),
            events: events.iter().copied().collect(),
            hint,
            number,
            next_id: first_id(number),
            gate: None,
            sleep: None,
            ledger: ledger.clone(),
        }
    }

    /// Hands out a closure for the operator under test to run at its end (law
    /// [`P3`](Law::P3)).
    ///
    /// None may be run twice, and with the line `finalizer` in
    /// [`laws!`](crate::laws) each is run once by the time the operator has
    /// been dropped.
    pub fn finalizer(&self) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
        let ledger = self.ledger.clone();
        let number = {
            let mut book = ledger.book();
            book.finalized.push(0);
            book.finalized.len() - 1
        };
        move || ledger.book().finalized[number] += 1
    }

    /// Tells the kit how to stop the operator under test (law
    /// [`C4`](Law::C4)).
    ///
    /// With the line `stops` in [`laws!`](crate::laws), `stop` is called twice
    /// at one moment of the script.
    pub fn on_stop(&self, stop: impl Fn() + Send + 'static) {
        self.ledger.book().stops.push(Hook(Box::new(stop)));
    }

    /// Moves past the pendings that stand before the next item or the end.
    fn poll_pendings(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let waker = self.stirring(cx.waker());
        let cx = &mut Context::from_waker(&waker);
        while let Some(event) = self.events.front() {
            match *event {
                Event::Item(_) | Event::Error(_) | Event::Poison(_) | Event::Panic => break,
                Event::PendNow => {
                    self.events.pop_front();
                    self.note(|book| book.wakes += 1);
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Event::PendLater => ready!(self.ledger.poll_gate(&mut self.gate, cx)),
                Event::Wait(ms) => ready!(poll_sleep(&mut self.sleep, ms, &self.ledger, cx)),
            }
            self.events.pop_front();
        }
        self.note(|_| ());
        Poll::Ready(())
    }

    fn gives_at_once(&self) -> bool {
        let next = self.events.front();
        next.is_some_and(|event| Plan::of(*event, 0).is_some())
    }

    /// Makes a waker that notes its wake before it passes it on.
    fn stirring(&self, waker: &Waker) -> Waker {
        Waker::from(Arc::new(Stirring {
            number: self.number,
            ledger: self.ledger.clone(),
            waker: waker.clone(),
        }))
    }

    /// Notes something, and where the source stands.
    fn note(&self, write: impl FnOnce(&mut Book)) {
        let mut book = self.ledger.book();
        book.inputs[self.number].moving = matches!(
            self.events.front(),
            Some(Event::PendNow | Event::PendLater | Event::Wait(_))
        );
        write(&mut book);
    }
}

/// The id of an input's first token.
pub(super) fn first_id(number: usize) -> u32 {
    u32::try_from(number).map_or(u32::MAX, |number| number.saturating_mul(1000))
}

impl Stream for Source {
    type Item = Token;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        let number = self.number;
        self.note(|book| {
            book.calls += 1;
            book.inputs[number].stirred = false;
            if book.inputs[number].ended && !book.over {
                book.breaks(Law::S3, format!("input {number} was polled after its end"));
            }
        });
        if self.poll_pendings(cx).is_pending() {
            self.note(|book| {
                book.inputs[number].settled = true;
                book.inputs[number].waker = Some(cx.waker().clone());
            });
            return Poll::Pending;
        }
        let Some(event) = self.events.pop_front() else {
            self.note(|book| {
                book.inputs[number].ended = true;
                book.ended_at.get_or_insert_with(Instant::now);
            });
            return Poll::Ready(None);
        };
        let Some(plan) = Plan::of(event, self.next_id) else {
            self.events.clear();
            self.items = 0;
            self.note(|_| ());
            scripted_panic();
        };
        self.note(|book| {
            book.units += 1;
            book.inputs[number].taken += 1;
            book.inputs[number].stirred = true;
            book.inputs[number].settled = false;
        });
        self.next_id += 1;
        self.items -= 1;
        Poll::Ready(Some(Token::given(plan, &self.ledger)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let items = self.items;
        match self.hint {
            Hint::Exact => (items, Some(items)),
            Hint::Loose => (items / 2, Some(2 * items)),
            Hint::Unknown => (0, None),
        }
    }
}

impl FusedStream for Source {
    fn is_terminated(&self) -> bool {
        self.ledger.book().inputs[self.number].ended
    }
}

impl Progress for Source {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let number = self.number;
        self.note(|book| {
            book.calls += 1;
            book.inputs[number].stirred = false;
            book.inputs[number].settled = true;
        });
        self.poll_pendings(cx)
    }

    /// Hands out what its script gives without a pause.
    fn poll_many(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        limit: usize,
        mut take: impl FnMut(Token),
    ) -> Poll<Option<usize>> {
        let mut handed = 0;
        while handed < limit && (handed == 0 || self.gives_at_once()) {
            match ready!(self.as_mut().poll_next(cx)) {
                Some(token) => take(token),
                None => return Poll::Ready(None),
            }
            handed += 1;
        }
        Poll::Ready(Some(handed))
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.ledger.book().inputs[self.number].dropped = true;
    }
}

struct Stirring {
    number: usize,
    ledger: Ledger,
    waker: Waker,
}

impl Wake for Stirring {
    fn wake(self: Arc<Self>) {
        self.ledger.book().inputs[self.number].stirred = true;
        self.waker.wake_by_ref();
    }
}
