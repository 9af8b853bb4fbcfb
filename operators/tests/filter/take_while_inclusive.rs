use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    take_while_inclusive: |s| s.take_while_inclusive(|token: &Token| token.value() < 5),
    model: |v| {
        let mut before = true;
        v.into_iter()
            .take_while(|token| std::mem::replace(&mut before, token.value() < 5))
            .collect()
    },
}

laws! {
    take_while_inclusive_to_the_end: |s| s.take_while_inclusive(|_| true),
    model: |v| v,
}

laws! {
    take_while_inclusive_of_one: |s| s.take_while_inclusive(|_| false),
    model: |v| v.into_iter().take(1).collect(),
}

#[tokio::test]
async fn the_input_is_dropped_before_the_last_item_is_handed_out() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::repeat(1).inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(endless).take_while_inclusive(|_| false);

    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(items.next().await, Some(1));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(items.is_terminated());
}

#[tokio::test]
async fn it_ends_with_the_last_item_and_not_on_a_later_event() {
    let one_then_silence = stream::iter([1]).chain(stream::pending());
    let mut items = flow(one_then_silence).take_while_inclusive(|_| false);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().now_or_never(), Some(None));
}
