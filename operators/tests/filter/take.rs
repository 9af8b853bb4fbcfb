use std::pin::Pin;
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::{flow, laws};

laws! {
    take: |s| s.take(3),
    model: |v| v.into_iter().take(3).collect(),
}

laws! {
    take_one: |s| s.take(1),
    model: |v| v.into_iter().take(1).collect(),
}

laws! {
    take_nothing: |s| s.take(0),
    model: |_v| Vec::new(),
}

#[tokio::test]
async fn the_input_is_dropped_before_the_last_item_is_handed_out() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let mut items = flow(stream::repeat(()).inspect(move |()| drop(Arc::clone(&held)))).take(2);

    assert_eq!(items.next().await, Some(()));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(items.next().await, Some(()));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(items.is_terminated());
}

#[tokio::test]
async fn it_ends_with_the_last_item_and_not_on_a_later_event() {
    let one_then_silence = stream::iter([1]).chain(stream::pending());
    let mut items = flow(one_then_silence).take(1);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn zero_drops_the_input_at_once() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let items = flow(stream::repeat(held)).take(0);

    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(Pin::new(&items).is_terminated());
}
