use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::{flow, laws};

laws! {
    switch_if_empty: |s| s.map(Some).switch_if_empty(flow(stream::iter([None, None]))),
    model: |v| {
        if v.is_empty() {
            vec![None, None]
        } else {
            v.into_iter().map(Some).collect()
        }
    },
}

laws! {
    switch_if_empty_to_the_other: |s| s.take(0).switch_if_empty(flow(stream::empty())),
    model: |_v| Vec::new(),
}

#[tokio::test]
async fn the_other_stream_is_not_touched_before_the_input_has_ended() {
    let never = stream::poll_fn(|_| unreachable!("the input is pending"));
    let mut items = flow(stream::pending::<()>()).switch_if_empty(flow(never));

    assert_eq!(items.next().now_or_never(), None);
}

#[tokio::test]
async fn the_first_item_drops_the_other_stream() {
    let resource = Arc::new(());
    let other = flow(stream::repeat(Arc::clone(&resource)));
    let mut items = flow(stream::iter([Arc::default()])).switch_if_empty(other);

    assert_eq!(Arc::strong_count(&resource), 2);
    assert!(items.next().await.is_some());
    assert_eq!(Arc::strong_count(&resource), 1);
    assert_eq!(items.next().await, None);
    assert!(items.is_terminated());
}

#[tokio::test]
async fn it_ends_with_the_other_stream() {
    let other = flow(stream::iter([1]).chain(stream::iter([2])));
    let mut items = flow(stream::empty()).switch_if_empty(other);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().await, Some(2));
    assert_eq!(items.next().await, None);
    assert!(items.is_terminated());
}
