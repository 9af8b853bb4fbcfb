use std::future::pending;
use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    merge_eager: |a, b| a.merge_eager(b),
    relation: |a, b, out| {
        let starts = |side: &[Token], other: &[Token]| {
            let of_side: Vec<_> = out.iter().filter(|item| !other.contains(item)).collect();
            let is_prefix = side.iter().take(of_side.len()).eq(of_side.iter().copied());
            (is_prefix, of_side.len() == side.len())
        };
        let (a, b) = (starts(&a, &b), starts(&b, &a));
        a.0 && b.0 && (a.1 || b.1)
    },
}

#[tokio::test]
async fn it_ends_as_soon_as_a_side_has_ended_and_drops_the_other() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let silent = stream::once(async move {
        pending::<()>().await;
        Arc::strong_count(&held)
    });
    let mut merged = pin!(flow(silent).merge_eager(flow(stream::iter([1]))));

    assert_eq!(merged.next().now_or_never(), Some(Some(1)));
    assert_eq!(merged.next().now_or_never(), Some(None));
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn an_item_of_the_other_that_is_ready_in_the_same_poll_is_the_last() {
    let merged = flow(stream::empty()).merge_eager(flow(stream::iter([1, 2])));

    assert_eq!(merged.collect::<Vec<_>>().await, [1]);
}
