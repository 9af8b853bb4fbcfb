use std::iter;
use std::pin::Pin;
use std::task::{Context, Waker};

use futures::FutureExt;
use futures::channel::mpsc;
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};

laws! {
    expand: |s| s.expand(|token: Token| iter::repeat_n(token.id(), 3)),
    relation: |v, out| {
        let mut ids = out.to_vec();
        ids.dedup();
        ids.into_iter().eq(v.iter().map(Token::id))
    },
}

laws! {
    expand_to_nothing: |s| s.expand(|_token| iter::empty::<u8>()),
    model: |_v| Vec::new(),
}

laws! {
    expand_to_itself: |s| s.expand(iter::once),
    model: |v| v,
    look_ahead: 1,
}

#[test]
fn the_next_item_replaces_the_iterator() {
    let (sender, receiver) = mpsc::unbounded();
    let mut counts = flow(receiver).expand(|start: u32| start..);
    assert_eq!(counts.next().now_or_never(), None);
    assert!(sender.unbounded_send(10).is_ok());
    assert_eq!(counts.next().now_or_never(), Some(Some(10)));
    assert_eq!(counts.next().now_or_never(), Some(Some(11)));
    assert!(sender.unbounded_send(20).is_ok());

    assert_eq!(counts.next().now_or_never(), Some(Some(20)));
}

#[test]
fn an_iterator_that_is_used_up_emits_nothing_more() {
    let (sender, receiver) = mpsc::unbounded();
    let mut items = flow(receiver).expand(|n: u32| [n, n + 1]);
    assert!(sender.unbounded_send(1).is_ok());

    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert_eq!(items.next().now_or_never(), Some(Some(2)));
    assert_eq!(items.next().now_or_never(), None);
}

#[test]
fn it_ends_when_the_input_ends_though_an_iterator_does_not() {
    let items = flow([1, 2]).expand(iter::repeat);

    assert_eq!(items.collect::<Vec<_>>().now_or_never(), Some(vec![1, 2]));
}

#[tokio::test(start_paused = true)]
async fn no_item_is_passed_over_while_the_output_is_blocked() {
    assert_eq!(
        super::slowly(flow(1..=4).expand(iter::repeat)).await,
        [1, 2, 3, 4]
    );
}

#[test]
fn items_whose_iterator_is_empty_are_dropped_while_the_output_is_blocked() {
    let mut taken = 0;
    let counted = flow([0, 0, 3, 4]).inspect(|_| taken += 1);
    let mut items = counted.expand(|n| iter::repeat_n(n, n));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut items).poll_progress(&mut cx).is_ready());
    drop(items);

    assert_eq!(taken, 3);
}
