use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use futures::channel::mpsc;
use futures::stream::{self, StreamExt};
use millpond_operators::combine::BeforeFirst;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    with_latest_from: |a, b| {
        a.with_latest_from(b, BeforeFirst::Hold, |item, other| (item.value(), other.value()))
    },
    relation: |a, b, out| {
        let all = out.iter().map(|pair| pair.0).eq(a.iter().map(Token::id));
        out.is_sorted_by_key(|pair| pair.1) && (all || (b.is_empty() && out.is_empty()))
    },
    look_ahead: 2,
}

laws! {
    dropping: |a, b| {
        a.with_latest_from(b, BeforeFirst::Drop, |item, other| (item.value(), other.value()))
    },
    relation: |a, b, out| {
        let last = out.iter().map(|pair| pair.0).rev();
        let is_tail = last.eq(a.iter().rev().map(Token::id).take(out.len()));
        out.is_sorted_by_key(|pair| pair.1) && is_tail && (!b.is_empty() || out.is_empty())
    },
    look_ahead: 2,
}

#[tokio::test]
async fn items_before_the_first_are_held() {
    let (mut a, left) = mpsc::channel(1);
    let (mut b, right) = mpsc::channel(1);
    let mut pairs = flow(left).with_latest_from(flow(right), BeforeFirst::Hold, |a, b| (a, *b));

    a.try_send(1).unwrap();
    assert_eq!(pairs.next().now_or_never(), None);
    a.try_send(2).unwrap();
    a.try_send(3).unwrap();
    assert_eq!(pairs.next().now_or_never(), None);
    assert!(a.try_send(4).is_err(), "the others must wait upstream");
    b.try_send('x').unwrap();
    assert_eq!(pairs.next().now_or_never(), Some(Some((1, 'x'))));
    assert_eq!(pairs.next().now_or_never(), Some(Some((2, 'x'))));
    drop(b);
    assert_eq!(pairs.next().now_or_never(), Some(Some((3, 'x'))));
    drop(a);
    assert_eq!(pairs.next().now_or_never(), Some(None));
    assert_eq!(pairs.get_ref().dropped(), 0);
}

#[tokio::test]
async fn items_before_the_first_are_dropped_and_counted() {
    let (mut a, left) = mpsc::channel(1);
    let (mut b, right) = mpsc::channel(1);
    let mut pairs = flow(left).with_latest_from(flow(right), BeforeFirst::Drop, |a, b| (a, *b));

    a.try_send(1).unwrap();
    assert_eq!(pairs.next().now_or_never(), None);
    a.try_send(2).unwrap();
    assert_eq!(pairs.next().now_or_never(), None);
    b.try_send('x').unwrap();
    assert_eq!(pairs.next().now_or_never(), None);
    b.try_send('y').unwrap();
    a.try_send(3).unwrap();
    assert_eq!(pairs.next().now_or_never(), Some(Some((3, 'y'))));
    assert_eq!(pairs.get_ref().dropped(), 2);
}

#[tokio::test]
async fn another_that_ends_without_an_item_ends_it() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = flow(stream::repeat_with(move || Arc::strong_count(&held)));
    let none = flow(stream::empty::<u8>());
    let mut pairs = endless.with_latest_from(none, BeforeFirst::Drop, |a, b| (a, *b));

    assert_eq!(pairs.next().await, None);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn an_endless_run_of_the_other_does_not_stop_it() {
    let items = flow(stream::iter([1, 2]));
    let settings = flow(stream::repeat('x'));
    let pairs = pin!(items.with_latest_from(settings, BeforeFirst::Hold, |a, b| (a, *b)));

    assert_eq!(pairs.collect::<Vec<_>>().await, [(1, 'x'), (2, 'x')]);
}
