use std::sync::Arc;

use futures::stream;
use millpond_operators::{flow, laws};

laws! {
    default_if_empty: |s| s.map(Some).default_if_empty(None),
    model: |v| {
        let is_empty = v.is_empty();
        v.into_iter().map(Some).chain(is_empty.then_some(None)).collect()
    },
}

laws! {
    default_if_all_are_left_out: |s| s.filter(|_| false).map(Some).default_if_empty(None),
    model: |_v| vec![None],
}

#[tokio::test]
async fn the_default_is_dropped_with_the_first_item() {
    let default = Arc::new(1);
    let held = Arc::clone(&default);
    let mut items = flow(stream::iter([Arc::new(2)])).default_if_empty(held);

    assert_eq!(Arc::strong_count(&default), 2);
    assert_eq!(items.next().await.as_deref(), Some(&2));
    assert_eq!(Arc::strong_count(&default), 1);
    assert_eq!(items.next().await, None);
}
