//! Both ends are cancelled at any point where they wait: nothing is lost.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

use futures_core::Stream;
use millpond::edge::{Capacity, Inlet, Sender, Settings};
use proptest::prelude::*;
use tokio::task::yield_now;

use super::support::{Kind, edge, receive_all};

/// Where messages have ended up.
#[derive(Debug, Default)]
struct Ledger {
    taken: Vec<usize>,
    dropped: Vec<usize>,
}

/// A message whose end is written down.
#[derive(Debug)]
struct Token {
    id: usize,
    ledger: Rc<RefCell<Ledger>>,
    taken: bool,
}

impl Token {
    fn take(mut self) {
        self.taken = true;
        self.ledger.borrow_mut().taken.push(self.id);
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        if !self.taken {
            self.ledger.borrow_mut().dropped.push(self.id);
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Turn {
    Producer,
    Consumer,
    /// Drops what the producer waits in, and begins again.
    CancelProducer,
    CancelConsumer,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        3 => Just(Turn::Producer),
        3 => Just(Turn::Consumer),
        1 => Just(Turn::CancelProducer),
        1 => Just(Turn::CancelConsumer),
    ]
}

type Source = Rc<RefCell<VecDeque<Token>>>;

/// Room first, message second; it may be stopped between any two of these.
async fn produce(sender: &mut Sender<Token>, source: &Source) {
    loop {
        let Ok(slot) = sender.reserve().await else {
            return;
        };
        yield_now().await;
        let Some(token) = source.borrow_mut().pop_front() else {
            break;
        };
        slot.send(token);
        yield_now().await;
    }
    poll_fn(|cx| sender.poll_idle(cx)).await;
}

async fn consume(inlet: &mut Inlet<Token>) {
    loop {
        yield_now().await;
        let next = poll_fn(|cx| Pin::new(&mut *inlet).poll_next(cx)).await;
        let Some(token) = next else {
            return;
        };
        token.take();
    }
}

/// Runs a schedule, in which an end that is cancelled begins anew.
fn run(sender: &mut Sender<Token>, inlet: &mut Inlet<Token>, source: &Source, turns: &[Turn]) {
    let cx = &mut Context::from_waker(Waker::noop());
    let mut turns = turns.iter().copied().peekable();
    while turns.peek().is_some() {
        let mut producer = Box::pin(produce(sender, source));
        let mut consumer = Box::pin(consume(inlet));
        for turn in turns.by_ref() {
            match turn {
                Turn::Producer => drop(producer.as_mut().poll(cx)),
                Turn::Consumer => drop(consumer.as_mut().poll(cx)),
                // The other one is cancelled as well: it makes no difference.
                Turn::CancelProducer | Turn::CancelConsumer => break,
            }
        }
    }
}

fn capacity() -> impl Strategy<Value = Capacity> {
    let adaptive = Capacity::Adaptive {
        target: Duration::from_millis(1),
        min: 1,
        max: 9,
    };
    prop_oneof![
        (1_usize..9).prop_map(Capacity::Fixed),
        (1_usize..9).prop_map(Capacity::Weighted),
        Just(adaptive),
    ]
}

proptest! {
    #[test]
    fn cancelling_either_end_at_any_point_loses_no_message(
        remote in any::<bool>(),
        capacity in capacity(),
        messages in 0_usize..40,
        turns in proptest::collection::vec(turn(), 0..200),
        inlet_leaves in any::<bool>(),
    ) {
        let kind = if remote { Kind::Remote } else { Kind::Local };
        let ledger = Rc::new(RefCell::new(Ledger::default()));
        let token = |id| Token { id, ledger: Rc::clone(&ledger), taken: false };
        let source: Source = Rc::new(RefCell::new((0..messages).map(token).collect()));
        let settings = Settings::new(capacity).weigh(|token: &Token| token.id % 3);
        let (mut sender, mut inlet) = edge(kind, settings);
        let counters = sender.counters();

        run(&mut sender, &mut inlet, &source, &turns);
        prop_assert!(ledger.borrow().dropped.is_empty());

        if inlet_leaves {
            drop(inlet);
            drop(sender);
        } else {
            drop(sender);
            receive_all(&mut inlet).into_iter().for_each(Token::take);
        }
        let counts = counters.counts();
        let ledger = ledger.borrow();
        let left = source.borrow().len();
        prop_assert_eq!(counts.sent, (messages - left) as u64);
        prop_assert_eq!(counts.received, ledger.taken.len() as u64);
        prop_assert_eq!(counts.discarded, ledger.dropped.len() as u64);
        prop_assert!(inlet_leaves || ledger.dropped.is_empty());
        // Each once, and those that were taken in order.
        prop_assert!(ledger.taken.iter().copied().eq(0..ledger.taken.len()));
        let dropped: BTreeSet<_> = ledger.dropped.iter().copied().collect();
        prop_assert!(dropped.into_iter().eq(ledger.taken.len()..messages - left));
    }
}
