//! For each law an edge that breaks it: a law that no mutant breaks tests
//! nothing.

use std::mem;
use std::task::{Poll, Waker};

use millpond::edge::{Closed, EdgeCounts};

use super::machine::{Ends, Law, Real, explore};
use super::support::Kind;

/// What is wrong with an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    LosesTheThirdMessage,
    DoublesTheThirdMessage,
    TurnsTwoMessagesRound,
    ShrinksByDropping,
    AdmitsOneTooMany,
    IgnoresShrinking,
    IgnoresGrowing,
    LosesCancelledSlots,
    NeverWakesTheSender,
    KeepsTheFirstWakerOfTheSender,
    NeverWakesTheInlet,
    KeepsTheFirstWakerOfTheInlet,
    WakesTheSenderForNothing,
    WakesTheInletForNothing,
    HoldsBackWhatIsFlushed,
    NeverEnds,
    EndsTooEarly,
    WaitsAfterItsEnd,
    HidesThatTheInletIsGone,
    CountsOneTooMany,
    ForgetsWhatItDiscards,
}

/// A real edge, and something wrong with it.
struct Faulty {
    real: Real,
    fault: Fault,
    capacity: usize,
    received: usize,
    again: Option<u64>,
    ended: bool,
    sender_closed: bool,
    sender_waker: Option<Waker>,
    inlet_waker: Option<Waker>,
}

impl Faulty {
    fn new(kind: Kind, capacity: usize, fault: Fault) -> Self {
        let more = usize::from(fault == Fault::AdmitsOneTooMany);
        Self {
            real: Real::new(kind, capacity + more),
            fault,
            capacity,
            received: 0,
            again: None,
            ended: false,
            sender_closed: false,
            sender_waker: None,
            inlet_waker: None,
        }
    }

    fn waker_of_sender(&mut self, waker: &Waker) -> Waker {
        match self.fault {
            Fault::NeverWakesTheSender => Waker::noop().clone(),
            Fault::KeepsTheFirstWakerOfTheSender => self
                .sender_waker
                .get_or_insert_with(|| waker.clone())
                .clone(),
            _ => self.sender_waker.insert(waker.clone()).clone(),
        }
    }

    fn waker_of_inlet(&mut self, waker: &Waker) -> Waker {
        match self.fault {
            Fault::NeverWakesTheInlet => Waker::noop().clone(),
            Fault::KeepsTheFirstWakerOfTheInlet => self
                .inlet_waker
                .get_or_insert_with(|| waker.clone())
                .clone(),
            _ => self.inlet_waker.insert(waker.clone()).clone(),
        }
    }

    fn with_the_next(&mut self, message: u64) -> u64 {
        match self.real.receive(Waker::noop()) {
            Poll::Ready(Some(next)) => {
                self.again = (self.fault == Fault::TurnsTwoMessagesRound).then_some(message);
                next
            }
            _ => message,
        }
    }
}

impl Ends for Faulty {
    fn send(&mut self, message: u64, waker: &Waker) -> Poll<Result<(), Closed>> {
        if self.fault == Fault::WakesTheInletForNothing {
            self.inlet_waker.iter().for_each(Waker::wake_by_ref);
        }
        let waker = self.waker_of_sender(waker);
        self.real.send(message, &waker)
    }

    fn cancel(&mut self, waker: &Waker) -> Poll<Result<(), Closed>> {
        let waker = self.waker_of_sender(waker);
        let answer = self.real.cancel(&waker);
        if self.fault == Fault::LosesCancelledSlots
            && self.capacity > 1
            && self.real.inlet.is_some()
        {
            self.capacity -= 1;
            self.real.resize(self.capacity);
        }
        answer
    }

    fn flush(&mut self) {
        if self.fault == Fault::WakesTheSenderForNothing {
            self.sender_waker.iter().for_each(Waker::wake_by_ref);
        }
        if self.fault != Fault::HoldsBackWhatIsFlushed {
            self.real.flush();
        }
    }

    fn idle(&mut self, waker: &Waker) -> Poll<Closed> {
        let waker = self.waker_of_sender(waker);
        self.real.idle(&waker)
    }

    fn receive(&mut self, waker: &Waker) -> Poll<Option<u64>> {
        if let Some(message) = self.again.take() {
            return Poll::Ready(Some(message));
        }
        if self.fault == Fault::EndsTooEarly && self.sender_closed
            || self.fault == Fault::WaitsAfterItsEnd && self.ended
        {
            let pending = self.fault == Fault::WaitsAfterItsEnd;
            return if pending {
                Poll::Pending
            } else {
                Poll::Ready(None)
            };
        }
        let waker = self.waker_of_inlet(waker);
        let answer = self.real.receive(&waker);
        let Poll::Ready(Some(message)) = answer else {
            self.ended = answer.is_ready();
            return answer;
        };
        self.received += 1;
        Poll::Ready(Some(match self.fault {
            Fault::LosesTheThirdMessage | Fault::TurnsTwoMessagesRound if self.received == 3 => {
                self.with_the_next(message)
            }
            Fault::DoublesTheThirdMessage if self.received == 3 => {
                self.again = Some(message);
                message
            }
            _ => message,
        }))
    }

    fn resize(&mut self, capacity: usize) {
        let shrinks = capacity < self.capacity;
        match self.fault {
            Fault::IgnoresShrinking if shrinks => return,
            Fault::IgnoresGrowing if !shrinks => return,
            Fault::ShrinksByDropping if shrinks => {
                let waker = self.inlet_waker.clone().unwrap_or(Waker::noop().clone());
                let (Poll::Ready(_) | Poll::Pending) = self.real.receive(&waker);
            }
            _ => {}
        }
        self.capacity = capacity;
        let more = usize::from(self.fault == Fault::AdmitsOneTooMany);
        self.real.resize(capacity + more);
    }

    fn close_sender(&mut self) {
        self.sender_closed = true;
        if self.fault == Fault::NeverEnds {
            self.real.flush();
            mem::forget(self.real.sender.take());
        } else {
            self.real.close_sender();
        }
    }

    fn close_inlet(&mut self) {
        if self.fault == Fault::HidesThatTheInletIsGone {
            mem::forget(self.real.inlet.take());
        } else {
            self.real.close_inlet();
        }
    }

    fn counts(&self) -> EdgeCounts {
        let mut counts = self.real.counts();
        match self.fault {
            Fault::CountsOneTooMany => counts.sent += 1,
            Fault::ForgetsWhatItDiscards => counts.discarded = 0,
            _ => {}
        }
        counts
    }
}

#[track_caller]
fn caught(fault: Fault, laws: &[Law]) {
    let broken = explore(|kind, capacity| Faulty::new(kind, capacity, fault)).unwrap_err();
    assert!(laws.contains(&broken.0), "{fault:?}: {broken}");
}

#[test]
fn a_faultless_one_passes() {
    explore(|kind, capacity| Faulty::new(kind, capacity, Fault::None)).unwrap();
}

#[test]
fn order() {
    caught(Fault::LosesTheThirdMessage, &[Law::Order]);
    caught(Fault::DoublesTheThirdMessage, &[Law::Order]);
    caught(Fault::TurnsTwoMessagesRound, &[Law::Order]);
    caught(Fault::ShrinksByDropping, &[Law::Order, Law::End]);
}

#[test]
fn bound() {
    caught(Fault::AdmitsOneTooMany, &[Law::Bound]);
    caught(Fault::IgnoresShrinking, &[Law::Bound]);
}

#[test]
fn room() {
    caught(Fault::IgnoresGrowing, &[Law::Room]);
    caught(Fault::LosesCancelledSlots, &[Law::Room]);
}

#[test]
fn wakes_sender() {
    caught(Fault::NeverWakesTheSender, &[Law::WakesSender]);
    caught(Fault::KeepsTheFirstWakerOfTheSender, &[Law::WakesSender]);
}

#[test]
fn wakes_inlet() {
    caught(Fault::NeverWakesTheInlet, &[Law::WakesInlet]);
    caught(Fault::KeepsTheFirstWakerOfTheInlet, &[Law::WakesInlet]);
}

#[test]
fn wakes_in_vain() {
    caught(Fault::WakesTheSenderForNothing, &[Law::WakesInVain]);
    caught(Fault::WakesTheInletForNothing, &[Law::WakesInVain]);
}

#[test]
fn visible() {
    caught(
        Fault::HoldsBackWhatIsFlushed,
        &[Law::Visible, Law::WakesInlet],
    );
}

#[test]
fn end() {
    caught(Fault::NeverEnds, &[Law::End, Law::WakesInlet]);
    caught(Fault::EndsTooEarly, &[Law::End]);
    caught(Fault::WaitsAfterItsEnd, &[Law::End]);
}

#[test]
fn close() {
    caught(
        Fault::HidesThatTheInletIsGone,
        &[Law::Close, Law::WakesSender],
    );
}

#[test]
fn counts() {
    caught(Fault::CountsOneTooMany, &[Law::Counts]);
    caught(Fault::ForgetsWhatItDiscards, &[Law::Counts]);
}
