use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use futures::channel::mpsc;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    combine_latest: |a, b| a.combine_latest(b, |item, other| (item.value(), other.value())),
    relation: |a, b, out| are_changes(&a, &b, out),
    look_ahead: 2,
}

/// Each output is one step of one side ahead, from any first pair of partners
/// to the pair of the last ones.
fn are_changes(a: &[Token], b: &[Token], out: &[(u32, u32)]) -> bool {
    let steps =
        |from: (u32, u32), to: (u32, u32)| to == (from.0 + 1, from.1) || to == (from.0, from.1 + 1);
    match (a.last(), b.last(), out.first()) {
        (Some(a_last), Some(b_last), Some(&first)) => {
            out.windows(2).all(|pair| steps(pair[0], pair[1]))
                && out.last() == Some(&(a_last.id(), b_last.id()))
                && (first.0 == a[0].id() || first.1 == b[0].id())
        }
        (Some(_), Some(_), None) => false,
        (_, _, first) => first.is_none(),
    }
}

#[tokio::test]
async fn every_change_of_either_side_is_emitted() {
    let (mut a, left) = mpsc::channel(1);
    let (mut b, right) = mpsc::channel(1);
    let mut pairs = pin!(flow(left).combine_latest(flow(right), |a, b| (*a, *b)));

    a.try_send(1).unwrap();
    assert_eq!(pairs.next().now_or_never(), None);
    a.try_send(2).unwrap();
    assert_eq!(pairs.next().now_or_never(), None);
    b.try_send('x').unwrap();
    assert_eq!(pairs.next().now_or_never(), Some(Some((2, 'x'))));
    b.try_send('y').unwrap();
    assert_eq!(pairs.next().now_or_never(), Some(Some((2, 'y'))));
    drop(b);
    a.try_send(3).unwrap();
    assert_eq!(pairs.next().now_or_never(), Some(Some((3, 'y'))));
    drop(a);
    assert_eq!(pairs.next().now_or_never(), Some(None));
}

#[tokio::test]
async fn sides_that_are_ready_take_turns() {
    let left = flow(stream::iter(0..3));
    let right = flow(stream::iter(0..3));
    let pairs: Vec<_> = left.combine_latest(right, |a, b| (*a, *b)).collect().await;

    assert_eq!(pairs, [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2)]);
}

#[tokio::test]
async fn a_side_that_ends_without_an_item_ends_it() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = flow(stream::repeat_with(move || Arc::strong_count(&held)));
    let mut pairs = endless.combine_latest(flow(stream::empty::<u8>()), |a, b| (*a, *b));

    assert_eq!(pairs.next().await, None);
    assert_eq!(Arc::strong_count(&resource), 1);
}
