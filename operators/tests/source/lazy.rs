use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};

use futures::FutureExt;
use millpond_operators::{Flow, Foreign, Progress, flow, laws, source};

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

#[test]
fn the_flow_is_made_while_the_output_is_blocked() {
    let taken = Cell::new(0);
    let mut items = source::lazy(|| {
        let counted = flow([1, 2, 3]).inspect(|_| taken.set(taken.get() + 1));
        counted.map_async(2, std::future::ready)
    });
    let mut cx = Context::from_waker(Waker::noop());
    let _moving = Pin::new(&mut items).poll_progress(&mut cx);

    assert_eq!(taken.get(), 2);
}

#[test]
fn a_panic_of_make_passes_through_and_the_output_has_ended() {
    let make = || -> Flow<Foreign<futures::stream::Empty<u8>>> { resume_unwind(Box::new("no")) };
    let mut items = source::lazy(make);
    let polled = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));

    assert!(polled.is_err());
    assert_eq!(items.next().now_or_never(), Some(None));
}
