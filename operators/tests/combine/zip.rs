use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, flow, laws};
use tokio::time::{Instant, sleep};

laws! {
    zip: |a, b| a.zip(b),
    model: |a, b| a.into_iter().zip(b).collect(),
    look_ahead: 1,
    remainder: |zip| {
        let (item, other) = zip.take_remainder();
        item.into_iter().chain(other).collect()
    },
}

laws! {
    sides_that_hold_futures: |a, b| a.map_async(2, Token::work).zip(b.map_async(2, Token::work)),
    model: |a, b| a.into_iter().zip(b).collect(),
    look_ahead: 5,
    in_flight: 4,
}

#[tokio::test]
async fn a_pair_is_emitted_as_soon_as_both_items_are_there() {
    let input = flow(stream::iter([1]).chain(stream::pending()));
    let other = flow(stream::iter(['a']).chain(stream::pending()));
    let mut pairs = input.zip(other);

    assert_eq!(pairs.next().now_or_never(), Some(Some((1, 'a'))));
    assert_eq!(pairs.next().now_or_never(), None);
}

#[tokio::test]
async fn it_ends_with_the_shorter_side_and_drops_the_other() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = flow(stream::repeat_with(move || Arc::strong_count(&held)));
    let mut pairs = flow(stream::iter([1])).zip(endless);

    assert_eq!(pairs.next().await, Some((1, 2)));
    assert_eq!(pairs.next().await, None);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn a_side_that_ends_ends_it_while_the_other_is_pending() {
    let mut pairs = flow(stream::pending::<u8>()).zip(flow(stream::empty::<u8>()));

    assert_eq!(pairs.next().now_or_never(), Some(None));
}

#[tokio::test]
async fn a_longer_side_can_be_used_on() {
    let mut longer = flow(stream::iter([1, 2, 3]));
    let mut pairs = flow(stream::iter(['a'])).zip(Flow::native(&mut longer));
    assert_eq!(pairs.next().await, Some(('a', 1)));
    assert_eq!(pairs.next().await, None);
    drop(pairs);

    assert_eq!(longer.collect::<Vec<_>>().await, [2, 3]);
}

#[tokio::test]
async fn the_item_without_a_partner_is_given_back() {
    let input = flow(stream::iter([1, 2]));
    let mut pairs = pin!(input.zip(flow(stream::iter(['a']))));
    while pairs.as_mut().get_mut().next().await.is_some() {}
    let take = |pairs: Pin<&mut Flow<_>>| {
        millpond_operators::combine::Zip::take_remainder(pairs.get_pin_mut())
    };

    assert_eq!(take(pairs.as_mut()), (Some(2), None));
    assert_eq!(take(pairs), (None, None));
}

#[tokio::test(start_paused = true)]
async fn a_side_that_waits_for_its_partner_keeps_its_work_moving() {
    let nap = async |ms| sleep(Duration::from_millis(ms)).await;
    let start = Instant::now();
    let fast = flow(stream::iter([10, 10, 10])).map_async(2, nap);
    let slow = flow(stream::iter([100, 10, 10])).map_async(1, nap);
    assert_eq!(fast.zip(slow).collect::<Vec<_>>().await.len(), 3);

    assert_eq!(start.elapsed(), Duration::from_millis(120));
}
