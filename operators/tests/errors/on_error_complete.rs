use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::checked;

laws! {
    on_error_complete: |s| s.map(checked).on_error_complete(),
    model: |v| v.into_iter().map_while(|token| checked(token).ok()).collect(),
    // The error at which it ends.
    look_ahead: 1,
}

laws! {
    on_error_complete_without_one: |s| s.map(Ok::<Token, ()>).on_error_complete(),
    model: |v| v,
}

#[tokio::test]
async fn the_input_is_dropped_at_the_err_and_the_error_is_kept() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([Ok(1), Err("no")])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut values = flow(endless).on_error_complete();

    assert_eq!(values.next().await, Some(1));
    assert_eq!(values.get_ref().error(), None);
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(values.next().now_or_never(), Some(None));
    assert_eq!(values.get_ref().error(), Some(&"no"));
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[tokio::test]
async fn an_end_of_the_input_leaves_no_error() {
    let mut values = flow(stream::iter([Ok::<_, ()>(1)])).on_error_complete();

    assert_eq!(values.next().await, Some(1));
    assert_eq!(values.next().await, None);
    assert_eq!(values.get_ref().error(), None);
}
