use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn is_early(token: &Token) -> bool {
    token.value() < 5
}

laws! {
    take_while: |s| s.take_while(is_early),
    model: |v| v.into_iter().take_while(is_early).collect(),
}

laws! {
    take_while_to_the_end: |s| s.take_while(|_| true),
    model: |v| v,
}

#[tokio::test]
async fn it_ends_at_the_first_false_and_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([1, 2])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(endless).take_while(|n| *n < 2);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(items.next().now_or_never(), Some(None));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(items.is_terminated());
}
