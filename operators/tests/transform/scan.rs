use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn number(count: &mut u32, token: Token) -> Option<(u32, Token)> {
    let id = token.value();
    *count += 1;
    (id < 5).then_some((*count, token))
}

laws! {
    scan: |s| s.scan(0, number),
    model: |v| v.into_iter().scan(0, number).collect(),
}

laws! {
    scan_to_the_end: |s| s.scan((), |(), token| Some(token)),
    model: |v| v,
}

#[tokio::test]
async fn it_ends_at_the_first_none_and_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([1, 2])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(endless).scan((), |(), n| (n < 2).then_some(n));

    assert_eq!(items.next().await, Some(1));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(items.next().now_or_never(), Some(None));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(items.is_terminated());
}
