use std::sync::Arc;

use futures::stream::{self, StreamExt};
use millpond_operators::testing::outcome;
use millpond_operators::{flow, laws};

laws! {
    first: |s| outcome(s.first()),
    model: |v| vec![v.into_iter().next()],
    look_ahead: 1,
}

#[tokio::test]
async fn it_needs_no_later_event_and_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let one_then_silence = stream::iter([1])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut first = Box::pin(flow(one_then_silence).first());

    assert_eq!(first.as_mut().await, Some(1));
    assert_eq!(Arc::strong_count(&resource), 1);
}
