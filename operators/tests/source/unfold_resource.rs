use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures::{FutureExt, Stream};
use millpond_operators::{laws, source};

laws! {
    unfold_resource: |s| {
        drop(s);
        source::unfold_resource(|| 0..5, Iterator::next, drop)
    },
    model: |_v| (0..5).collect::<Vec<u8>>(),
}

/// Reads what `read` says, and counts the calls of `close`.
fn closes(
    closed: &Cell<u32>,
    read: impl FnMut(&mut u32) -> Option<u32>,
) -> impl Stream<Item = u32> + Unpin {
    source::unfold_resource(|| 7, read, |_| closed.set(closed.get() + 1))
}

#[test]
fn it_is_closed_at_the_end_once() {
    let closed = Cell::new(0);
    let mut none = closes(&closed, |_| None);
    for _ in 0..2 {
        assert_eq!(
            futures::StreamExt::next(&mut none).now_or_never(),
            Some(None)
        );
    }
    drop(none);

    assert_eq!(closed.get(), 1);
}

#[test]
fn it_is_closed_when_the_flow_is_dropped_before_the_end() {
    let closed = Cell::new(0);
    let mut sevens = closes(&closed, |seven| Some(*seven));
    assert_eq!(
        futures::StreamExt::next(&mut sevens).now_or_never(),
        Some(Some(7))
    );
    assert_eq!(closed.get(), 0);
    drop(sevens);

    assert_eq!(closed.get(), 1);
}

#[test]
fn it_is_closed_when_read_panics_and_the_output_has_ended() {
    let closed = Cell::new(0);
    let mut items = closes(&closed, |_| resume_unwind(Box::new(())));
    let mut cx = Context::from_waker(Waker::noop());
    let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut items).poll_next(&mut cx)));

    assert!(polled.is_err());
    assert_eq!(closed.get(), 1);
    assert_eq!(Pin::new(&mut items).poll_next(&mut cx), Poll::Ready(None));
}

#[test]
fn what_was_never_opened_is_not_closed() {
    let closed = Cell::new(0);
    drop(closes(&closed, |_| None));

    assert_eq!(closed.get(), 0);
}

/// What was panicked with.
fn panic_of<T>(f: impl FnOnce() -> T) -> Option<&'static str> {
    let panic = catch_unwind(AssertUnwindSafe(f)).err()?;
    panic.downcast_ref().copied()
}

#[test]
fn a_panic_of_open_passes_through_and_nothing_is_closed() {
    let closed = Cell::new(0);
    let open = || -> u32 { resume_unwind(Box::new("open")) };
    let close = |_| closed.set(closed.get() + 1);
    let mut items = source::unfold_resource(open, |n| Some(*n), close);

    assert_eq!(panic_of(|| items.next().now_or_never()), Some("open"));
    assert_eq!(items.next().now_or_never(), Some(None));
    drop(items);
    assert_eq!(closed.get(), 0);
}

#[test]
fn a_panic_of_close_passes_through_and_it_is_not_called_again() {
    let read = |_: &mut u32| None::<u32>;
    let mut items = source::unfold_resource(|| 7, read, |_| resume_unwind(Box::new("close")));

    assert_eq!(panic_of(|| items.next().now_or_never()), Some("close"));
    assert_eq!(items.next().now_or_never(), Some(None));
    assert_eq!(panic_of(|| drop(items)), None);
}

#[test]
fn a_panic_of_close_passes_through_to_the_drop() {
    let read = |n: &mut u32| Some(*n);
    let mut items = source::unfold_resource(|| 7, read, |_| resume_unwind(Box::new("close")));
    assert_eq!(items.next().now_or_never(), Some(Some(7)));

    assert_eq!(panic_of(|| drop(items)), Some("close"));
}

#[test]
fn of_a_panic_of_read_and_one_of_close_the_first_passes_through() {
    let read = |_: &mut u32| -> Option<u32> { resume_unwind(Box::new("read")) };
    let mut items = source::unfold_resource(|| 7, read, |_| resume_unwind(Box::new("close")));

    assert_eq!(panic_of(|| items.next().now_or_never()), Some("read"));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn a_panic_of_close_while_the_thread_unwinds_is_dropped() {
    let unwinds = || {
        let read = |n: &mut u32| Some(*n);
        let close = |_| resume_unwind(Box::new("close"));
        let mut items = source::unfold_resource(|| 7, read, close);
        assert_eq!(items.next().now_or_never(), Some(Some(7)));
        resume_unwind(Box::new("first"))
    };

    assert_eq!(panic_of::<()>(unwinds), Some("first"));
}
