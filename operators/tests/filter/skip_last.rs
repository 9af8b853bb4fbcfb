use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::{flow, laws};

laws! {
    skip_last: |s| s.skip_last(3),
    model: |v| {
        let count = v.len().saturating_sub(3);
        v.into_iter().take(count).collect()
    },
    look_ahead: 3,
}

laws! {
    skip_last_nothing: |s| s.skip_last(0),
    model: |v| v,
}

laws! {
    skip_last_all: |s| s.skip_last(usize::MAX),
    model: |_v| Vec::new(),
    look_ahead: usize::MAX,
}

#[tokio::test]
async fn an_item_comes_as_soon_as_enough_others_have_come() {
    let three_then_silence = stream::iter([1, 2, 3]).chain(stream::pending());
    let mut items = flow(three_then_silence).skip_last(2);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().now_or_never(), None);
}

#[tokio::test]
async fn the_items_held_are_dropped_at_the_end() {
    let last = Arc::new(());
    let mut items = flow(stream::iter([Arc::clone(&last)])).skip_last(1);

    assert_eq!(items.next().await, None);
    assert_eq!(Arc::strong_count(&last), 1);
}
