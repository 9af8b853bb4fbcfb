use std::sync::Arc;

use futures::stream::{self, StreamExt};
use millpond_operators::testing::outcome;
use millpond_operators::{flow, laws};

laws! {
    element_at: |s| outcome(s.element_at(2)),
    model: |v| vec![v.into_iter().nth(2)],
    look_ahead: 1,
}

laws! {
    element_past_the_end: |s| outcome(s.element_at(usize::MAX)),
    model: |_v| vec![None],
}

#[tokio::test]
async fn it_needs_no_later_event_and_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let two_then_silence = stream::iter([1, 2])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut second = Box::pin(flow(two_then_silence).element_at(1));

    assert_eq!(second.as_mut().await, Some(2));
    assert_eq!(Arc::strong_count(&resource), 1);
}
