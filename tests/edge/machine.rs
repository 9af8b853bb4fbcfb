//! An edge against its model: any steps, in any order.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use millpond::edge::{Closed, EdgeCounters, EdgeCounts, Inlet, Sender};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::support::{Kind, Wakes, edge, n, receive, send};

/// What the model holds an edge to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    /// Messages arrive once each, in order.
    Order,
    /// No more is admitted than fits, but on slots reserved before a shrink.
    Bound,
    /// A sender is refused only by an edge that is full.
    Room,
    /// A sender that waits is woken before the inlet finds nothing to take,
    /// and when the inlet goes.
    WakesSender,
    /// An inlet that waits is woken when messages are flushed, and by the end.
    WakesInlet,
    /// Nobody is woken who finds nothing to go on with.
    WakesInVain,
    /// What is flushed can be had.
    Visible,
    /// The inlet ends after the last message of a sender that is gone, for
    /// good; not before.
    End,
    /// A sender whose inlet is gone is told so once its slots are used up.
    Close,
    /// Every message is accounted for.
    Counts,
}

/// How a law was broken.
#[derive(Clone, Debug)]
pub(crate) struct Broken(pub(crate) Law, String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0, self.1)
    }
}

/// One step that a schedule makes an edge take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Send,
    /// Reserves and does not send: what a cancelled send leaves behind.
    Cancel,
    Flush,
    /// The sender has nothing to send.
    Idle,
    Receive,
    Resize(usize),
    /// Both ends are polled by other tasks from here on.
    Move,
    CloseSender,
    CloseInlet,
}

/// The two ends, as the model drives them.
pub(crate) trait Ends {
    fn send(&mut self, message: u64, waker: &Waker) -> Poll<Result<(), Closed>>;
    fn cancel(&mut self, waker: &Waker) -> Poll<Result<(), Closed>>;
    fn flush(&mut self);
    fn idle(&mut self, waker: &Waker) -> Poll<Closed>;
    fn receive(&mut self, waker: &Waker) -> Poll<Option<u64>>;
    fn resize(&mut self, capacity: usize);
    fn close_sender(&mut self);
    fn close_inlet(&mut self);
    fn counts(&self) -> EdgeCounts;
}

/// A real edge.
pub(crate) struct Real {
    pub(crate) sender: Option<Sender<u64>>,
    pub(crate) inlet: Option<Inlet<u64>>,
    counters: Arc<EdgeCounters>,
}

impl Real {
    pub(crate) fn new(kind: Kind, capacity: usize) -> Self {
        let (sender, inlet) = edge(kind, capacity);
        Self {
            counters: sender.counters(),
            sender: Some(sender),
            inlet: Some(inlet),
        }
    }

    fn sender(&mut self) -> &mut Sender<u64> {
        self.sender.as_mut().unwrap()
    }
}

impl Ends for Real {
    fn send(&mut self, message: u64, waker: &Waker) -> Poll<Result<(), Closed>> {
        send(self.sender(), message, waker)
    }

    fn cancel(&mut self, waker: &Waker) -> Poll<Result<(), Closed>> {
        let cx = &mut Context::from_waker(waker);
        self.sender().poll_reserve(cx).map_ok(drop)
    }

    fn flush(&mut self) {
        self.sender().flush();
    }

    fn idle(&mut self, waker: &Waker) -> Poll<Closed> {
        self.sender().poll_idle(&mut Context::from_waker(waker))
    }

    fn receive(&mut self, waker: &Waker) -> Poll<Option<u64>> {
        receive(self.inlet.as_mut().unwrap(), waker)
    }

    fn resize(&mut self, capacity: usize) {
        self.inlet.as_mut().unwrap().resize(n(capacity));
    }

    fn close_sender(&mut self) {
        self.sender = None;
    }

    fn close_inlet(&mut self) {
        self.inlet = None;
    }

    fn counts(&self) -> EdgeCounts {
        self.counters.counts()
    }
}

/// A task that polls an end, and whether it sleeps.
struct Task {
    wakes: Arc<Wakes>,
    waker: Waker,
    /// How often it had been woken when it went to sleep.
    slept_at: Option<usize>,
}

impl Task {
    fn new() -> Self {
        let (wakes, waker) = Wakes::new();
        Self {
            wakes,
            waker,
            slept_at: None,
        }
    }

    fn sleeps(&mut self) {
        self.slept_at = Some(self.wakes.count());
    }

    /// It slept, and has been woken since.
    fn was_woken(&self) -> bool {
        self.slept_at
            .is_some_and(|wakes| wakes < self.wakes.count())
    }

    /// It sleeps, and nobody has woken it since.
    fn is_asleep(&self) -> bool {
        self.slept_at
            .is_some_and(|wakes| wakes == self.wakes.count())
    }
}

struct Model<E> {
    ends: E,
    capacity: usize,
    /// The greatest capacity so far: as long as what the inlet has fetched
    /// under it lasts, slots come back in eighths of it.
    widest: usize,
    /// The most slots that the sender can have reserved.
    credit: usize,
    /// On the edge.
    queue: VecDeque<u64>,
    flushed: usize,
    next: u64,
    received: u64,
    sender: Option<Task>,
    inlet: Option<Task>,
    /// The edge has shrunk since the sender last asked for a slot.
    shrunk: bool,
}

type Check = Result<(), Broken>;

fn check(holds: bool, law: Law, what: &str) -> Check {
    if holds {
        Ok(())
    } else {
        Err(Broken(law, what.into()))
    }
}

impl<E: Ends> Model<E> {
    fn new(ends: E, capacity: usize) -> Self {
        Self {
            ends,
            capacity,
            widest: capacity,
            credit: 0,
            queue: VecDeque::new(),
            flushed: 0,
            next: 0,
            received: 0,
            sender: Some(Task::new()),
            inlet: Some(Task::new()),
            shrunk: false,
        }
    }

    /// Steps of an end that is gone are no steps.
    fn take(&mut self, step: Step) -> Check {
        match step {
            Step::Send if self.sender.is_some() => self.send(true),
            Step::Cancel if self.sender.is_some() => self.send(false),
            Step::Flush if self.sender.is_some() => {
                self.ends.flush();
                self.flushed_all()
            }
            Step::Idle if self.sender.is_some() => self.idle(),
            Step::Receive if self.inlet.is_some() => self.receive(),
            Step::Resize(capacity) if self.inlet.is_some() => {
                self.ends.resize(capacity);
                self.shrunk |= capacity < self.capacity;
                self.capacity = capacity;
                self.widest = self.widest.max(capacity);
                Ok(())
            }
            Step::Move => self.move_tasks(),
            Step::CloseSender if self.sender.is_some() => {
                self.ends.close_sender();
                self.sender = None;
                self.flushed = self.queue.len();
                self.inlet_is_awake("the sender closed")
            }
            Step::CloseInlet if self.inlet.is_some() => {
                self.ends.close_inlet();
                self.inlet = None;
                self.queue.clear();
                self.sender_is_awake("the inlet closed")
            }
            _ => Ok(()),
        }
    }

    fn send(&mut self, whole: bool) -> Check {
        let Some(task) = &mut self.sender else {
            return Ok(());
        };
        let shrunk = mem::take(&mut self.shrunk);
        let woken = task.was_woken() && !shrunk;
        task.slept_at = None;
        let open = self.inlet.is_some();
        let free = self.capacity.saturating_sub(self.queue.len());
        let answer = if whole {
            self.ends.send(self.next, &task.waker)
        } else {
            self.ends.cancel(&task.waker)
        };
        match answer {
            Poll::Ready(Ok(())) => {
                if open {
                    self.credit = self.credit.max(free);
                }
                let law = if open { Law::Bound } else { Law::Close };
                check(self.credit > 0, law, "a slot was given that there is not")?;
                if whole {
                    self.credit -= 1;
                    self.next += 1;
                    if open {
                        self.queue.push_back(self.next - 1);
                    }
                }
                Ok(())
            }
            Poll::Ready(Err(Closed)) => check(!open, Law::Close, "closed under an open inlet"),
            Poll::Pending => {
                task.sleeps();
                check(!woken, Law::WakesInVain, "a sender found no slot")?;
                check(open, Law::Close, "waits for an inlet that is gone")?;
                self.credit = 0;
                let kept = (self.widest / 8).max(1);
                check(free < kept, Law::Room, "waits though there is room")?;
                self.flushed_all()
            }
        }
    }

    fn idle(&mut self) -> Check {
        let Some(task) = &mut self.sender else {
            return Ok(());
        };
        match self.ends.idle(&task.waker) {
            Poll::Ready(Closed) => check(self.inlet.is_none(), Law::Close, "an inlet is open")?,
            Poll::Pending => {
                // Wants no slot, so it is only woken when the inlet goes.
                task.slept_at = None;
                check(self.inlet.is_some(), Law::Close, "idles with no inlet")?;
            }
        }
        self.flushed_all()
    }

    fn flushed_all(&mut self) -> Check {
        let anything = self.flushed < self.queue.len();
        self.flushed = self.queue.len();
        if anything {
            self.inlet_is_awake("messages were flushed")
        } else {
            Ok(())
        }
    }

    fn receive(&mut self) -> Check {
        let Some(task) = &mut self.inlet else {
            return Ok(());
        };
        let woken = task.was_woken();
        task.slept_at = None;
        match self.ends.receive(&task.waker) {
            Poll::Ready(Some(message)) => {
                self.received += 1;
                self.flushed = self.flushed.saturating_sub(1);
                let expected = self.queue.pop_front();
                check(
                    expected == Some(message),
                    Law::Order,
                    "another message was due",
                )
            }
            Poll::Ready(None) => {
                check(self.sender.is_none(), Law::End, "ended before its sender")?;
                check(
                    self.queue.is_empty(),
                    Law::End,
                    "ended before the last message",
                )
            }
            Poll::Pending => {
                task.sleeps();
                check(!woken, Law::WakesInVain, "an inlet found no message")?;
                check(
                    self.sender.is_some(),
                    Law::End,
                    "waits for a sender that is gone",
                )?;
                check(
                    self.flushed == 0,
                    Law::Visible,
                    "waits though there are messages",
                )?;
                self.sender_is_awake("the inlet found nothing to take")
            }
        }
    }

    fn move_tasks(&mut self) -> Check {
        // Whoever takes over an end polls it.
        if self.sender.is_some() {
            self.sender = Some(Task::new());
            self.send(false)?;
        }
        if self.inlet.is_some() {
            self.inlet = Some(Task::new());
            self.receive()?;
        }
        Ok(())
    }

    fn sender_is_awake(&self, what: &str) -> Check {
        let asleep = self.sender.as_ref().is_some_and(Task::is_asleep);
        check(!asleep, Law::WakesSender, what)
    }

    fn inlet_is_awake(&self, what: &str) -> Check {
        let asleep = self.inlet.as_ref().is_some_and(Task::is_asleep);
        check(!asleep, Law::WakesInlet, what)
    }

    /// Closes what is open, takes what is left and adds up.
    fn finish(mut self) -> Check {
        let was_open = self.inlet.is_some();
        self.take(Step::CloseSender)?;
        while !self.queue.is_empty() {
            self.receive()?;
        }
        if was_open {
            // The end comes, and comes again.
            self.receive()?;
            self.receive()?;
        }
        self.take(Step::CloseInlet)?;
        let counts = self.ends.counts();
        let told = (counts.sent, counts.received);
        check(
            told == (self.next, self.received),
            Law::Counts,
            "counted otherwise",
        )?;
        let discarded = self.next - self.received;
        check(
            counts.discarded == discarded,
            Law::Counts,
            "a message is unaccounted for",
        )?;
        check(
            counts.depth() == 0,
            Law::Counts,
            "something is left on the edge",
        )
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        40 => Just(Step::Send),
        10 => Just(Step::Cancel),
        10 => Just(Step::Flush),
        5 => Just(Step::Idle),
        40 => Just(Step::Receive),
        10 => (1_usize..20).prop_map(Step::Resize),
        5 => Just(Step::Move),
        1 => Just(Step::CloseSender),
        1 => Just(Step::CloseInlet),
    ]
}

/// Drives edges made by `make` through many schedules.
pub(crate) fn explore<E: Ends>(make: impl Fn(Kind, usize) -> E) -> Check {
    let config = Config {
        failure_persistence: None,
        cases: 400,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let schedules = (
        any::<bool>(),
        1_usize..20,
        proptest::collection::vec(step(), 0..150),
    );
    let broken = RefCell::new(None);
    let outcome = runner.run(&schedules, |(remote, capacity, steps)| {
        let kind = if remote { Kind::Remote } else { Kind::Local };
        let mut model = Model::new(make(kind, capacity), capacity);
        let taken = steps.into_iter().try_for_each(|step| model.take(step));
        taken.and_then(|()| model.finish()).map_err(|law| {
            let reason = law.to_string();
            *broken.borrow_mut() = Some(law);
            TestCaseError::fail(reason)
        })
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, schedule)) => {
            let Broken(law, what) = broken.into_inner().unwrap();
            Err(Broken(law, format!("{what} ({reason}) after {schedule:?}")))
        }
        Err(TestError::Abort(reason)) => Err(Broken(Law::Order, reason.to_string())),
    }
}

#[test]
fn an_edge_is_a_bounded_queue() {
    explore(Real::new).unwrap_or_else(|broken| panic!("{broken}"));
}
