#![expect(
    clippy::unwrap_used,
    reason = "a group that does not come fails the test"
)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use futures::FutureExt;
use futures::executor::block_on;
use futures::stream::{FusedStream, Stream};
use millpond_operators::fan_out::{Group, GroupBy};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Progress, flow, laws, source};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Consumes all groups at once, with the key at each item.
struct Ungrouped<S: Progress, K, F> {
    groups: Flow<GroupBy<S, K, F>>,
    live: Vec<Keyed<K, Group<S, K, F>>>,
}

type Keyed<K, G> = (K, Flow<G>);

fn ungroup<S: Progress, K, F>(groups: Flow<GroupBy<S, K, F>>) -> Flow<Ungrouped<S, K, F>>
where
    Ungrouped<S, K, F>: Progress,
{
    let live = Vec::new();
    Flow::native(Ungrouped { groups, live })
}

impl<S, T, K, F> Stream for Ungrouped<S, K, F>
where
    S: Progress<Item = T>,
    K: Clone + Eq + Hash + Unpin,
    F: FnMut(&T) -> K,
{
    type Item = (K, T);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(K, T)>> {
        let this = &mut *self;
        let mut done = false;
        loop {
            match Pin::new(&mut this.groups).poll_next(cx) {
                Poll::Ready(Some(group)) => this.live.push(group),
                Poll::Ready(None) => done = true,
                Poll::Pending => (),
            }
            let mut place = 0;
            let before = this.live.len();
            while let Some((key, group)) = this.live.get_mut(place) {
                match Pin::new(group).poll_next(cx) {
                    Poll::Ready(Some(item)) => return Poll::Ready(Some((key.clone(), item))),
                    Poll::Ready(None) => drop(this.live.remove(place)),
                    Poll::Pending => place += 1,
                }
            }
            if done && this.live.is_empty() {
                return Poll::Ready(None);
            }
            if this.live.len() == before {
                return Poll::Pending;
            }
        }
    }
}

impl<S, T, K, F> FusedStream for Ungrouped<S, K, F>
where
    S: Progress<Item = T>,
    K: Clone + Eq + Hash + Unpin,
    F: FnMut(&T) -> K,
{
    fn is_terminated(&self) -> bool {
        self.live.is_empty() && self.groups.is_terminated()
    }
}

impl<S, T, K, F> Progress for Ungrouped<S, K, F>
where
    S: Progress<Item = T>,
    K: Clone + Eq + Hash + Unpin,
    F: FnMut(&T) -> K,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut polled = Pin::new(&mut this.groups).poll_progress(cx);
        for (_, group) in &mut this.live {
            if Pin::new(group).poll_progress(cx).is_pending() {
                polled = Poll::Pending;
            }
        }
        polled
    }
}

laws! {
    group_by: |s| ungroup(s.group_by(4, 2, |token: &Token| token.value() % 4)),
    model: |v| v.into_iter().map(|token| (token.value() % 4, token)).collect(),
    keyed: |(key, _)| *key,
    look_ahead: 9,
}

laws! {
    group_by_with_room_for_one_group: |s| ungroup(s.group_by(1, 1, Token::key)),
    model: |v| v.into_iter().map(|token| (token.key(), token)).collect(),
    unordered,
    look_ahead: 4,
}

laws! {
    group_by_behind_map_async: |s| {
        ungroup(s.map_async(2, Token::work).group_by(2, 1, Token::key))
    },
    model: |v| v.into_iter().map(|token| (token.key(), token)).collect(),
    unordered,
    look_ahead: 9,
    in_flight: 2,
}

/// Takes the next group, which is there.
fn next_of<S, K, F>(groups: &mut Flow<GroupBy<S, K, F>>) -> Keyed<K, Group<S, K, F>>
where
    S: Progress,
    K: Clone + Eq + Hash,
    F: FnMut(&S::Item) -> K,
{
    groups.next().now_or_never().flatten().unwrap()
}

#[tokio::test]
async fn a_group_carries_the_item_that_started_it() {
    let mut groups = flow([10, 11, 20]).group_by(9, 9, |n| n / 10);
    let (key, group) = next_of(&mut groups);
    let (other_key, other) = next_of(&mut groups);
    drop(groups);

    assert_eq!((key, other_key), (1, 2));
    assert_eq!(group.collect::<Vec<_>>().await, [10, 11]);
    assert_eq!(other.collect::<Vec<_>>().await, [20]);
}

#[test]
fn a_further_key_ends_the_group_that_had_no_item_for_longest() {
    let mut groups = flow(["a1", "b1", "a2", "c1", "b2"]).group_by(2, 9, |name| &name[..1]);
    let (_, mut a) = next_of(&mut groups);
    let (_, mut b) = next_of(&mut groups);
    assert_eq!(a.next().now_or_never(), Some(Some("a1")));
    assert_eq!(b.next().now_or_never(), Some(Some("b1")));
    assert_eq!(b.next().now_or_never(), Some(None));

    let (key, mut c) = next_of(&mut groups);
    assert_eq!((key, c.next().now_or_never()), ("c", Some(Some("c1"))));
    let (key, mut b) = next_of(&mut groups);
    assert_eq!((key, b.next().now_or_never()), ("b", Some(Some("b2"))));
    assert_eq!(a.next().now_or_never(), Some(Some("a2")));
    assert_eq!(a.next().now_or_never(), Some(None));
}

#[test]
fn an_item_for_a_group_that_is_full_stops_the_intake() {
    let mut groups = flow([1, 1, 1, 2]).group_by(9, 1, |n| *n);
    let (_, mut ones) = next_of(&mut groups);
    assert_eq!(groups.next().now_or_never().map(|_| ()), None);

    for _ in 0..2 {
        assert_eq!(ones.next().now_or_never(), Some(Some(1)));
        assert_eq!(ones.get_ref().dropped(), 0);
    }
    let (key, _twos) = next_of(&mut groups);
    assert_eq!(key, 2);
}

#[test]
fn so_many_groups_wait_to_be_taken() {
    let mut groups = flow(0..9).group_by(9, 2, |n| *n);
    let (_, mut zeros) = next_of(&mut groups);
    assert_eq!(zeros.next().now_or_never(), Some(Some(0)));
    assert_eq!(zeros.next().now_or_never(), None);

    assert_eq!(groups.size_hint().0, 3);
}

#[test]
fn the_key_of_a_group_that_was_dropped_starts_a_new_one() {
    let mut groups = flow([1, 1, 2, 1]).group_by(2, 9, |n| *n);
    let (_, ones) = next_of(&mut groups);
    let (_, _twos) = next_of(&mut groups);
    drop(ones);
    assert_eq!(groups.get_ref().dropped(), 2);

    let (key, mut ones) = next_of(&mut groups);
    assert_eq!((key, ones.next().now_or_never()), (1, Some(Some(1))));
}

#[test]
fn without_the_flow_of_groups_those_that_were_emitted_go_on() {
    let mut groups = flow([1, 2, 1, 3, 1]).group_by(9, 1, |n| *n);
    let (_, mut ones) = next_of(&mut groups);
    assert_eq!(ones.next().now_or_never(), Some(Some(1)));
    assert_eq!(ones.next().now_or_never(), Some(Some(1)));
    drop(groups);

    assert_eq!(ones.next().now_or_never(), Some(Some(1)));
    assert_eq!(ones.next().now_or_never(), Some(None));
    assert_eq!(ones.get_ref().dropped(), 2);
}

#[test]
fn dropping_the_flow_while_a_group_waits_for_room_leaves_nothing_behind() {
    let resource = Arc::new(());
    let mut groups = flow(0..9)
        .map(|n| (n, Arc::clone(&resource)))
        .group_by(9, 1, |(n, _)| *n);
    let (_, mut zeros) = next_of(&mut groups);
    // One group waits to be taken, and another for room.
    assert!(zeros.next().now_or_never().is_some());
    assert!(zeros.next().now_or_never().is_none());
    drop(groups);
    assert_eq!(zeros.next().now_or_never().map(|_| ()), Some(()));
    assert_eq!(zeros.get_ref().dropped(), 8);
    drop(zeros);

    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
fn many_short_groups_need_no_more_places_than_live_at_once() {
    let mut groups = flow(0..10_000).group_by(3, 1, |n| *n);
    for number in 0..10_000 {
        let (key, mut group) = next_of(&mut groups);
        assert_eq!(
            (key, group.next().now_or_never()),
            (number, Some(Some(number)))
        );
    }

    assert_eq!(groups.next().now_or_never().map(|_| ()), Some(()));
}

#[test]
fn groups_may_live_in_different_threads() {
    const ITEMS: u32 = 10_000;
    let (sender, receiver) = mpsc::channel(3);
    let mut groups = flow(ReceiverStream::new(receiver)).group_by(5, 1, |n| n * n % 5);
    let total: usize = thread::scope(|scope| {
        scope.spawn(|| {
            for item in 0..ITEMS {
                assert!(block_on(sender.send(item)).is_ok());
            }
            drop(sender);
        });
        let mut threads = Vec::new();
        while let Some((_, group)) = block_on(groups.next()) {
            threads.push(scope.spawn(|| block_on(group.collect::<Vec<_>>())));
        }
        let items = threads.into_iter().map(|thread| thread.join().unwrap());
        items
            .inspect(|items| assert!(items.is_sorted()))
            .map(|items| items.len())
            .sum()
    });

    assert_eq!(total, ITEMS as usize);
}

#[test]
fn a_panic_of_the_closure_loses_its_item_only() {
    let mut groups = flow([1, 0, 1]).group_by(2, 1, |n| {
        assert_ne!(*n, 0, "the one that breaks");
        *n
    });
    let (_, mut ones) = next_of(&mut groups);
    assert_eq!(ones.next().now_or_never(), Some(Some(1)));
    let next = AssertUnwindSafe(|| ones.next().now_or_never());
    assert!(catch_unwind(next).is_err());

    assert_eq!(ones.next().now_or_never(), Some(Some(1)));
    assert_eq!(ones.next().now_or_never(), Some(None));
}

/// Counts wakes.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_group_that_ends_before_the_intake_pauses_wakes_the_others() {
    let arrived = RefCell::new(VecDeque::from(["a", "b"]));
    // Items come without a wake.
    let items = source::poll_fn(|_cx| match arrived.borrow_mut().pop_front() {
        Some(item) => Poll::Ready(Some(item)),
        None => Poll::Pending,
    });
    let mut groups = items.group_by(2, 200, |item| *item);
    let (_, mut first) = next_of(&mut groups);
    let (_, mut second) = next_of(&mut groups);
    assert_eq!(first.next().now_or_never(), Some(Some("a")));
    assert_eq!(second.next().now_or_never(), Some(Some("b")));
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let mut cx = Context::from_waker(&waker);
    assert!(Pin::new(&mut second).poll_next(&mut cx).is_pending());

    // The third group ends the first, whose poll takes all but the last.
    arrived.borrow_mut().extend(["c"; 128]);
    arrived.borrow_mut().push_back("b");
    assert_eq!(first.next().now_or_never(), Some(None));
    assert_ne!(wakes.0.load(Ordering::Relaxed), 0);
    assert_eq!(second.next().now_or_never(), Some(Some("b")));
}

#[test]
#[should_panic(expected = "0 live groups")]
fn no_group_panics() {
    drop(flow([()]).group_by(0, 1, |()| ()));
}

#[test]
#[should_panic(expected = "room for 0 items")]
fn no_room_panics() {
    drop(flow([()]).group_by(1, 0, |()| ()));
}
