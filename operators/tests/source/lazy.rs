use std::cell::Cell;

use futures::FutureExt;
use millpond_operators::{flow, laws, source};

laws! {
    lazy: |s| source::lazy(move || s.map(|token| token.value())),
    model: |v| v.iter().map(millpond_operators::testing::Token::value).collect(),
}

#[test]
fn nothing_is_made_before_the_first_poll() {
    let made = Cell::new(false);
    let mut items = source::lazy(|| {
        made.set(true);
        flow([1])
    });
    assert!(!made.get());

    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert!(made.get());
}

#[test]
fn the_flow_is_dropped_at_its_end() {
    let resource = std::rc::Rc::new(());
    let held = std::rc::Rc::clone(&resource);
    let mut items = source::lazy(move || flow([held]).map(drop).take(2));

    assert_eq!(items.next().now_or_never(), Some(Some(())));
    assert_eq!(items.next().now_or_never(), Some(None));
    assert_eq!(std::rc::Rc::strong_count(&resource), 1);
}
