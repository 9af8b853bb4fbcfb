use std::iter;
use std::sync::Arc;

use futures::FutureExt;
use futures::stream;
use millpond_operators::{flow, laws};

laws! {
    start_with: |s| s.map(Some).start_with([None, None]),
    model: |v| [None, None].into_iter().chain(v.into_iter().map(Some)).collect(),
}

laws! {
    start_with_nothing: |s| s.start_with([]),
    model: |v| v,
}

laws! {
    start_with_after_the_end_of_its_input: |s| s.take(0).map(Some).start_with([None, None]),
    model: |_v| vec![None, None],
}

#[test]
fn the_input_is_not_polled_before_the_items_are_taken() {
    let never = stream::poll_fn(|_| unreachable!("there is an item left"));
    let mut items = flow(never).start_with([1, 2]);

    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert_eq!(items.next().now_or_never(), Some(Some(2)));
}

#[test]
fn the_given_iterator_is_dropped_when_it_is_used_up() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let given = iter::once(()).inspect(move |()| drop(Arc::clone(&held)));
    let mut items = flow(stream::iter([()])).start_with(given);

    assert_eq!(items.next().now_or_never(), Some(Some(())));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(items.next().now_or_never(), Some(Some(())));
    assert_eq!(Arc::strong_count(&resource), 1);
}
