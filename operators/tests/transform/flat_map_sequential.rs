use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Foreign, Progress, flow, laws};
use tokio::time::{Instant, sleep};

/// A stream of two items, the first of which takes as long as the token says.
fn twice(token: Token) -> Flow<impl Progress<Item = (u32, u8)>> {
    flow(stream::iter([token]))
        .then(Token::work)
        .flat_map_iter(|token| (0..2).map(move |n| (token.id(), n)))
}

fn pairs(tokens: Vec<Token>) -> Vec<(u32, u8)> {
    let pair = |token: Token| [(token.id(), 0), (token.id(), 1)];
    tokens.into_iter().flat_map(pair).collect()
}

laws! {
    flat_map_sequential: |s| s.flat_map_sequential(3, 2, twice),
    model: |v| pairs(v),
    look_ahead: 3,
    in_flight: 3,
}

laws! {
    flat_map_sequential_one_at_a_time: |s| s.flat_map_sequential(1, 1, twice),
    model: |v| pairs(v),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    flat_map_sequential_that_holds_items: |s| s.flat_map_sequential(2, 1, |token| {
        let id = token.value();
        flow(stream::iter([token])).then(Token::work).map(move |token| (id, token))
    }),
    model: |v| v.into_iter().map(|token| (token.value(), token)).collect(),
    look_ahead: 2,
    in_flight: 2,
}

laws! {
    flat_map_sequential_with_room_for_a_flood: |s| s.flat_map_sequential(300, 4, twice),
    model: |v| pairs(v),
    look_ahead: 300,
    in_flight: 300,
}

laws! {
    flat_map_sequential_of_nothing: |s| s.flat_map_sequential(3, 2, |_| flow(stream::empty::<u8>())),
    model: |_v| Vec::new(),
}

#[tokio::test(start_paused = true)]
async fn the_streams_run_at_once() {
    let start = Instant::now();
    let items: Vec<_> = flow(stream::iter(0..4))
        .flat_map_sequential(2, 2, |n| {
            flow(stream::iter([n])).then(async |n| {
                sleep(Duration::from_millis(10)).await;
                n
            })
        })
        .collect()
        .await;

    assert_eq!(items, [0, 1, 2, 3]);
    assert_eq!(start.elapsed(), Duration::from_millis(20));
}

#[tokio::test]
async fn a_stream_whose_turn_has_not_come_gathers_so_many_items_and_waits() {
    let given = Cell::new(0);
    let mut items = flow(stream::iter([false, true])).flat_map_sequential(2, 3, |counts| {
        let endless = stream::repeat(counts).inspect(|_| given.set(given.get() + 1));
        flow(if counts {
            endless.right_stream()
        } else {
            stream::pending().left_stream()
        })
    });

    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(given.get(), 3);
    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(given.get(), 3);
}

#[tokio::test]
async fn a_blocked_output_fills_it_to_its_bound_and_no_further() {
    let given = Cell::new(0);
    let mut items = flow(stream::repeat(())).flat_map_sequential(2, 3, |()| {
        flow(stream::repeat(()).inspect(|()| given.set(given.get() + 1)))
    });
    let mut cx = Context::from_waker(Waker::noop());

    for _ in 0..3 {
        assert!(Pin::new(&mut items).poll_progress(&mut cx).is_ready());
    }
    assert_eq!(given.get(), 2 * 3);
}

#[tokio::test(start_paused = true)]
async fn the_work_of_a_stream_that_is_full_goes_on() {
    let done = &Cell::new(0);
    let work = move |n: u64| async move {
        sleep(Duration::from_millis(10 * n)).await;
        done.set(done.get() + 1);
    };
    flow(stream::iter([()]))
        .flat_map_sequential(1, 1, |()| flow(stream::iter([1, 2, 3])).map_async(3, work))
        .for_each_async(async |()| {
            sleep(Duration::from_millis(100)).await;
            assert_eq!(done.get(), 3);
        })
        .await;
}

#[tokio::test]
async fn dropping_the_output_drops_the_items_gathered() {
    let resource = Arc::new(());
    let items = stream::repeat(Arc::clone(&resource)).take(2);
    let mut items = flow(stream::iter([items])).flat_map_sequential(1, 2, flow);

    assert!(items.next().await.is_some());
    assert_eq!(Arc::strong_count(&resource), 3);
    drop(items);
    assert_eq!(Arc::strong_count(&resource), 1);
}

fn empty(_: ()) -> Flow<Foreign<stream::Empty<()>>> {
    flow(stream::empty())
}

#[test]
#[should_panic(expected = "with 0 streams at once")]
fn zero_streams_panics() {
    drop(flow(stream::empty()).flat_map_sequential(0, 1, empty));
}

#[test]
#[should_panic(expected = "with 0 items buffered")]
fn zero_items_panics() {
    drop(flow(stream::empty()).flat_map_sequential(1, 0, empty));
}
