use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, Stream};
use millpond_operators::testing::Token;
use millpond_operators::window::BatchByKey;
use millpond_operators::{Flow, Progress, flow, laws};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::in_chunks;

const WAIT: Duration = Duration::from_millis(5);
const NEVER: Duration = Duration::MAX;

laws! {
    batch_by_key: |s| s.batch_by_key(3, 2, NEVER, key),
    model: |v| by_key(v, 2),
    look_ahead: 2 * 2 + 1,
    state: (2, BatchByKey::live_keys),
    remainder: |op| in_order_of_ids(op.take_remainder()),
}

laws! {
    batch_by_key_with_room_for_all: |s| s.batch_by_key(3, 100, NEVER, key),
    model: |v| by_key(v, 100),
    look_ahead: 4 * 2 + 1,
    state: (4, BatchByKey::live_keys),
    remainder: |op| in_order_of_ids(op.take_remainder()),
}

laws! {
    batch_by_key_of_one: |s| s.batch_by_key(1, 1, NEVER, key),
    model: |v| v.into_iter().map(|token| (key(&token), vec![token])).collect(),
    look_ahead: 1,
    state: (0, BatchByKey::live_keys),
}

laws! {
    batch_by_key_of_one_key: |s| s.batch_by_key(3, 1, NEVER, |_| ()).map(|((), items)| items),
    model: |v| in_chunks(v, 3),
    look_ahead: 3,
}

// Which items come together is up to the schedule; their order within a key is
// not.
laws! {
    batch_by_key_keeps_the_order_of_a_key: |s| {
        s.batch_by_key(3, 3, WAIT, key)
            .flat_map_iter(|(_, items)| items)
    },
    model: |v| v,
    look_ahead: 3 * 2 + 1 + 2,
    keyed: Token::key,
}

laws! {
    batch_by_key_on_time: |s| s.batch_by_key(3, 100, WAIT, key),
    timed: |arrivals, end| on_time(arrivals, end),
    look_ahead: 4 * 2 + 1,
    linger: WAIT,
}

fn key(token: &Token) -> u32 {
    token.value();
    token.key()
}

fn in_order_of_ids(batches: Vec<(u32, Vec<Token>)>) -> Vec<Token> {
    let mut tokens: Vec<_> = batches.into_iter().flat_map(|(_, items)| items).collect();
    tokens.sort_by_key(Token::id);
    tokens
}

/// Batches of at most three items, of at most so many keys.
fn by_key(items: Vec<Token>, max_keys: usize) -> Vec<(u32, Vec<Token>)> {
    let mut out = Vec::new();
    let mut begun: Vec<(u32, Vec<Token>)> = Vec::new();
    for item in items {
        let key = key(&item);
        let place = begun.iter().position(|(other, _)| *other == key);
        let place = place.unwrap_or_else(|| {
            if begun.len() == max_keys {
                out.push(begun.remove(0));
            }
            begun.push((key, Vec::new()));
            begun.len() - 1
        });
        begun[place].1.push(item);
        if begun[place].1.len() == 3 {
            out.push(begun.remove(place));
        }
    }
    out.extend(begun);
    out
}

/// What leaves, and when.
type Timed<T> = Vec<(Duration, T)>;

/// Says which batches of at most three leave, and when.
fn on_time(arrivals: Timed<Token>, end: Duration) -> Timed<(u32, Vec<Token>)> {
    let mut out = Vec::new();
    let mut begun: Timed<(u32, Vec<Token>)> = Vec::new();
    for (at, token) in arrivals {
        while begun.first().is_some_and(|(due, _)| *due <= at) {
            out.push(begun.remove(0));
        }
        let key = token.key();
        let place = begun.iter().position(|(_, (other, _))| *other == key);
        let place = place.unwrap_or_else(|| {
            begun.push((at + WAIT, (key, Vec::new())));
            begun.len() - 1
        });
        let (due, (_, items)) = &mut begun[place];
        items.push(token);
        if items.len() == 3 {
            *due = at;
            out.push(begun.remove(place));
        }
    }
    let at_the_end = |(due, batch): (Duration, _)| (due.min(end), batch);
    out.extend(begun.into_iter().map(at_the_end));
    out
}

type Numbers = Flow<BatchByKey<millpond_operators::Foreign<BoxedNumbers>, u32, fn(&u32) -> u32>>;
type BoxedNumbers = Pin<Box<dyn Stream<Item = u32>>>;

/// Batches of three by the last digit, of two keys.
fn by_last_digit() -> (mpsc::Sender<u32>, Numbers) {
    let (sender, mut receiver) = mpsc::channel(8);
    let numbers: BoxedNumbers = Box::pin(stream::poll_fn(move |cx| receiver.poll_recv(cx)));
    let key: fn(&u32) -> u32 = |n| n % 10;
    (sender, flow(numbers).batch_by_key(3, 2, WAIT, key))
}

#[tokio::test(start_paused = true)]
async fn keys_are_asked_for_once() {
    let asked = Cell::new(0);
    let batches = flow(stream::iter([1, 2, 11, 3])).batch_by_key(2, 2, WAIT, |n| {
        asked.set(asked.get() + 1);
        n % 10
    });
    let batches: Vec<_> = batches.collect().await;

    assert_eq!(batches, [(1, vec![1, 11]), (2, vec![2]), (3, vec![3])]);
    assert_eq!(asked.get(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_batch_that_began_first_makes_room() {
    let (sender, mut batches) = by_last_digit();
    for n in [1, 2, 12, 3] {
        assert_eq!(sender.send(n).await, Ok(()));
    }

    assert_eq!(batches.next().now_or_never(), Some(Some((1, vec![1]))));
    assert_eq!(batches.next().now_or_never(), None);
    assert_eq!(batches.get_ref().live_keys(), 2);
}

#[tokio::test(start_paused = true)]
async fn each_batch_has_its_own_wait() {
    let start = Instant::now();
    let (sender, mut batches) = by_last_digit();
    assert_eq!(sender.send(1).await, Ok(()));
    assert_eq!(batches.next().now_or_never(), None);
    sleep(Duration::from_millis(3)).await;
    assert_eq!(sender.send(2).await, Ok(()));

    assert_eq!(batches.next().await, Some((1, vec![1])));
    assert_eq!(start.elapsed(), WAIT);
    assert_eq!(batches.next().await, Some((2, vec![2])));
    assert_eq!(start.elapsed(), Duration::from_millis(3) + WAIT);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_leaves_early_takes_its_wait_with_it() {
    let start = Instant::now();
    let (sender, mut batches) = by_last_digit();
    for n in [1, 2] {
        assert_eq!(sender.send(n).await, Ok(()));
    }
    assert_eq!(batches.next().now_or_never(), None);
    sleep(Duration::from_millis(3)).await;
    for n in [11, 21, 31] {
        assert_eq!(sender.send(n).await, Ok(()));
    }

    assert_eq!(batches.next().await, Some((1, vec![1, 11, 21])));
    assert_eq!(batches.next().await, Some((2, vec![2])));
    assert_eq!(start.elapsed(), WAIT);
    assert_eq!(batches.next().await, Some((1, vec![31])));
    assert_eq!(start.elapsed(), Duration::from_millis(3) + WAIT);
}

#[tokio::test(start_paused = true)]
async fn a_busy_key_does_not_keep_a_rare_one_waiting() {
    let mut first = true;
    let always_ready = stream::repeat_with(|| u32::from(std::mem::take(&mut first)));
    let batches = flow(always_ready).batch_by_key(100, 2, Duration::ZERO, |n| *n);
    let mut batches = batches.filter(|(key, _)| *key == 1);

    assert_eq!(batches.next().await, Some((1, vec![1])));
}

#[tokio::test(start_paused = true)]
async fn a_blocked_output_lets_the_batches_fill_past_their_waits() {
    let mut cx = Context::from_waker(Waker::noop());
    let (sender, mut batches) = by_last_digit();
    assert_eq!(sender.send(1).await, Ok(()));
    assert!(Pin::new(&mut batches).poll_progress(&mut cx).is_pending());
    sleep(2 * WAIT).await;
    for n in [2, 11, 21, 31] {
        assert_eq!(sender.send(n).await, Ok(()));
    }

    assert!(Pin::new(&mut batches).poll_progress(&mut cx).is_ready());
    // The last item stayed in the channel.
    assert_eq!(sender.capacity(), 7);
    let full = Some((1, vec![1, 11, 21]));
    assert_eq!(batches.next().now_or_never(), Some(full));
}

#[tokio::test(start_paused = true)]
async fn after_the_remainder_the_next_item_starts_a_new_wait() {
    let (sender, mut batches) = by_last_digit();
    for n in [2, 1, 12] {
        assert_eq!(sender.send(n).await, Ok(()));
    }
    assert_eq!(batches.next().now_or_never(), None);
    sleep(Duration::from_millis(3)).await;
    let rest = Pin::new(batches.get_mut()).take_remainder();
    assert_eq!(rest, [(2, vec![2, 12]), (1, vec![1])]);

    let start = Instant::now();
    assert_eq!(sender.send(22).await, Ok(()));
    assert_eq!(batches.next().await, Some((2, vec![22])));
    assert_eq!(start.elapsed(), WAIT);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_items_panics() {
    drop(flow(stream::empty::<u8>()).batch_by_key(0, 1, WAIT, |n| *n));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_keys_panics() {
    drop(flow(stream::empty::<u8>()).batch_by_key(1, 0, WAIT, |n| *n));
}
