//! The outputs of a fork in tasks of their own, each of which is polled only
//! after a wake of its own: what one output needs of the others reaches it.
#![expect(
    clippy::expect_used,
    reason = "a task that cannot be spawned, or waits for ever, fails the test"
)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::FutureExt;
use futures::executor::LocalPool;
use futures::future::RemoteHandle;
use futures::stream::{self, Stream, StreamExt};
use futures::task::LocalSpawnExt;
use millpond_operators::{Flow, Progress, flow};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio_stream::wrappers::ReceiverStream;

const ITEMS: u32 = 300;

#[derive(Default)]
struct Tasks {
    pool: LocalPool,
    handles: Vec<RemoteHandle<Vec<u32>>>,
}

impl Tasks {
    fn spawn(&mut self, task: impl Future<Output = Vec<u32>> + 'static) {
        let handle = self.pool.spawner().spawn_local_with_handle(task);
        let handle = handle.expect("the pool is there");
        self.handles.push(handle);
    }

    /// Numbers that come now and then, from a task of its own.
    fn numbers(&mut self) -> Flow<impl Progress<Item = u32> + use<>> {
        let (sender, receiver) = mpsc::channel(2);
        self.spawn(async move {
            for number in 0..ITEMS {
                pause(number * number % 7).await;
                assert_eq!(sender.send(number).await, Ok(()));
            }
            Vec::new()
        });
        flow(ReceiverStream::new(receiver))
    }

    /// Collects an output, at a pace of its own.
    fn collect(&mut self, output: impl Stream<Item = u32> + 'static, pace: u32) {
        self.spawn(async move {
            let mut output = pin!(output);
            let mut items = Vec::new();
            while let Some(item) = output.next().await {
                items.push(item);
                pause(item * pace % 5).await;
            }
            items
        });
    }

    /// Says what each has collected, the sender of numbers left out.
    fn run(mut self) -> Vec<Vec<u32>> {
        self.pool.run_until_stalled();
        let finished = |handle: RemoteHandle<_>| handle.now_or_never();
        let collected = self.handles.into_iter().map(finished).skip(1);
        collected
            .map(|items| items.expect("a task waits for ever"))
            .collect()
    }
}

async fn pause(turns: u32) {
    for _ in 0..turns {
        yield_now().await;
    }
}

fn all() -> Vec<u32> {
    (0..ITEMS).collect()
}

fn every(step: u32, first: u32) -> Vec<u32> {
    (first..ITEMS).step_by(step as usize).collect()
}

#[test]
fn every_output_of_a_broadcast_gets_everything() {
    for paces in [[0, 0, 0], [1, 0, 0], [0, 0, 2], [1, 2, 3]] {
        let mut tasks = Tasks::default();
        let outputs: [_; 3] = tasks.numbers().broadcast(2);
        for (output, pace) in outputs.into_iter().zip(paces) {
            tasks.collect(output, pace);
        }

        assert_eq!(tasks.run(), [all(), all(), all()]);
    }
}

#[test]
fn every_output_of_a_partition_gets_its_own() {
    for paces in [[0, 0, 0], [1, 0, 0], [0, 0, 2], [1, 2, 3]] {
        let mut tasks = Tasks::default();
        let outputs: [_; 3] = tasks.numbers().partition(1, |n| *n as usize % 3);
        for (output, pace) in outputs.into_iter().zip(paces) {
            tasks.collect(output, pace);
        }

        assert_eq!(tasks.run(), [every(3, 0), every(3, 1), every(3, 2)]);
    }
}

#[test]
fn a_partition_with_one_output_for_most_items_reaches_the_other() {
    for pace in 0..5 {
        let mut tasks = Tasks::default();
        let [most, few] = tasks.numbers().divert_to(1, |n| n % 50 == 0);
        tasks.collect(most, pace);
        tasks.collect(few, 0);

        assert_eq!(tasks.run()[1], every(50, 0));
    }
}

#[test]
fn the_outputs_of_a_balance_share_everything() {
    for paces in [[0, 0, 0], [1, 0, 0], [0, 0, 2], [1, 2, 3]] {
        let mut tasks = Tasks::default();
        let outputs = tasks.numbers().balance(3, 2);
        for (output, pace) in outputs.into_iter().zip(paces) {
            tasks.collect(output, pace);
        }
        let mut shared = tasks.run().concat();
        shared.sort_unstable();

        assert_eq!(shared, all());
    }
}

#[test]
fn an_output_that_leaves_wakes_those_that_waited_for_it() {
    for kept in 0..2 {
        let mut tasks = Tasks::default();
        let [stays, leaves] = tasks.numbers().broadcast(1);
        tasks.collect(stays, 0);
        tasks.collect(leaves.take(10 + kept), 3);

        assert_eq!(tasks.run()[0], all());
    }
    let mut tasks = Tasks::default();
    let [stays, leaves] = tasks.numbers().partition(1, |n| *n as usize % 2);
    tasks.collect(stays, 0);
    tasks.spawn(async move {
        pause(500).await;
        drop(leaves);
        Vec::new()
    });

    assert_eq!(tasks.run()[0], every(2, 0));
}

/// An input whose items come without a wake, as those of a timer may that is
/// polled in time: who finds one ready must see to the others.
#[derive(Clone, Default)]
struct Unannounced(Rc<RefCell<VecDeque<Option<u32>>>>);

impl Unannounced {
    /// Lets these come, and then what `None` stands for, the end.
    fn come<const N: usize>(&self, items: [Option<u32>; N]) {
        self.0.borrow_mut().extend(items);
    }

    fn flow(&self) -> Flow<impl Progress<Item = u32> + use<>> {
        let items = Rc::clone(&self.0);
        flow(stream::poll_fn(move |_| {
            let item = items.borrow_mut().pop_front();
            item.map_or(Poll::Pending, Poll::Ready)
        }))
    }
}

/// Runs an output that waits until another has been polled, and the latter,
/// which lives on.
fn waits_for<O, P>(
    waits: O,
    items: usize,
    polled: Flow<P>,
    late: impl FnOnce() + 'static,
) -> Vec<u32>
where
    O: Stream<Item = u32> + 'static,
    P: Progress<Item = u32> + Unpin + 'static,
{
    let mut tasks = Tasks::default();
    tasks.spawn(async { Vec::new() });
    tasks.collect(waits.take(items), 0);
    tasks.spawn(async move {
        let mut polled = polled;
        pause(3).await;
        late();
        let _polled = polled.next().now_or_never();
        mem::forget(polled);
        Vec::new()
    });
    tasks.run().swap_remove(0)
}

#[test]
fn an_output_that_got_its_item_leaves_the_input_to_another_that_waits() {
    let input = Unannounced::default();
    let [evens, odds] = input.flow().divert_to(1, |n| n % 2 == 1);
    let late = move || input.come([Some(0), Some(1)]);

    assert_eq!(waits_for(odds, 1, evens, late), [1]);
}

#[test]
fn an_output_that_finds_an_item_of_another_wakes_it() {
    let input = Unannounced::default();
    let [evens, odds] = input.flow().divert_to(1, |n| n % 2 == 1);
    let late = move || input.come([Some(1)]);

    assert_eq!(waits_for(odds, 1, evens, late), [1]);
}

#[test]
fn an_output_that_finds_the_end_wakes_the_others() {
    let input = Unannounced::default();
    let [evens, odds] = input.flow().divert_to(1, |n| n % 2 == 1);
    let late = move || input.come([None]);

    assert_eq!(waits_for(odds, 1, evens, late), []);
}

#[test]
fn an_output_that_panics_leaves_the_input_to_another_that_waits() {
    let input = Unannounced::default();
    let [evens, odds] = input.flow().divert_to(1, |n| {
        assert_ne!(*n, 0, "the one that breaks");
        n % 2 == 1
    });
    let mut tasks = Tasks::default();
    tasks.spawn(async { Vec::new() });
    tasks.collect(odds.take(1), 0);
    tasks.spawn(async move {
        let mut evens = evens;
        pause(3).await;
        input.come([Some(0), Some(1)]);
        let next = AssertUnwindSafe(|| evens.next().now_or_never());
        assert!(catch_unwind(next).is_err());
        mem::forget(evens);
        Vec::new()
    });

    assert_eq!(tasks.run()[0], [1]);
}

#[test]
fn an_output_that_makes_room_wakes_the_others() {
    let input = Unannounced::default();
    input.come([Some(0), Some(2), Some(1)]);
    let [evens, odds] = input.flow().divert_to(1, |n| n % 2 == 1);

    assert_eq!(waits_for(odds, 1, evens, || ()), [1]);
}

#[test]
fn an_item_taken_ahead_wakes_any_output_that_waits() {
    let input = Unannounced::default();
    let mut outputs = input.flow().balance(2, 1);
    let mut ahead = outputs.pop().unwrap();
    let mut tasks = Tasks::default();
    tasks.spawn(async { Vec::new() });
    tasks.collect(outputs.pop().unwrap().take(1), 0);
    tasks.spawn(async move {
        pause(3).await;
        input.come([Some(7)]);
        let progress = poll_fn(|cx| Pin::new(&mut ahead).poll_progress(cx));
        assert_eq!(progress.now_or_never(), Some(()));
        mem::forget(ahead);
        Vec::new()
    });

    assert_eq!(tasks.run()[0], [7]);
}

#[test]
fn an_output_that_is_polled_inside_the_input_is_woken_when_it_is_back() {
    type Boxed = Pin<Box<dyn Progress<Item = u32>>>;
    let other: Rc<RefCell<Option<Boxed>>> = Rc::default();
    let woken = Arc::new(Woken::default());

    let inside = Rc::clone(&other);
    let waker = Waker::from(Arc::clone(&woken));
    let [mut first, second] = flow(stream::poll_fn(move |_| {
        if let Some(second) = &mut *inside.borrow_mut() {
            let polled = second.as_mut().poll_next(&mut Context::from_waker(&waker));
            assert_eq!(polled, Poll::Pending);
        }
        Poll::<Option<u32>>::Pending
    }))
    .broadcast(1);
    *other.borrow_mut() = Some(Box::pin(second));

    assert_eq!(first.next().now_or_never(), None);
    assert!(woken.0.load(Ordering::SeqCst));
    drop(other.take());
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}
