use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use futures::FutureExt;
use futures::stream;
use millpond_operators::lifecycle::Cause;
use millpond_operators::{flow, laws};

laws! {
    finally: |s| {
        let finalizer = s.get_ref().finalizer();
        s.finally(move |_| finalizer())
    },
    model: |v| v,
    finalizer,
}

#[tokio::test]
async fn the_end_is_told_before_it_is_handed_out() {
    let causes = RefCell::default();
    let tell = |cause| RefCell::<Vec<_>>::borrow_mut(&causes).push(cause);
    let mut items = flow(stream::iter([1])).finally(tell);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(*causes.borrow(), []);
    assert_eq!(items.next().await, None);
    assert_eq!(*causes.borrow(), [Cause::End]);
    assert_eq!(items.next().await, None);
    drop(items);
    assert_eq!(*causes.borrow(), [Cause::End]);
}

#[test]
fn a_drop_is_told_also_before_the_first_poll() {
    let causes = RefCell::default();
    let tell = |cause| RefCell::<Vec<_>>::borrow_mut(&causes).push(cause);

    drop(flow(stream::iter([1])).finally(tell));
    assert_eq!(*causes.borrow(), [Cause::Cancel]);
}

#[test]
fn a_panic_is_told_and_ends_it() {
    let causes = RefCell::default();
    let tell = |cause| RefCell::<Vec<_>>::borrow_mut(&causes).push(cause);
    let strikes = flow(stream::iter([1, 2])).map(|n| assert!(n > 1, "1"));
    let mut items = strikes.finally(tell);

    let caught = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));
    assert!(caught.is_err());
    assert_eq!(*causes.borrow(), [Cause::Panic]);
    assert_eq!(items.next().now_or_never(), Some(None));
    drop(items);
    assert_eq!(*causes.borrow(), [Cause::Panic]);
}

#[tokio::test]
async fn the_input_is_dropped_before_the_call() {
    let resource = Rc::new(());
    for takes_all in [true, false] {
        let held = Rc::clone(&resource);
        let input = flow(stream::iter([1])).inspect(move |_| drop(Rc::clone(&held)));
        let mut items = input.finally(|_| assert_eq!(Rc::strong_count(&resource), 1));

        assert_eq!(items.next().await, Some(1));
        if takes_all {
            assert_eq!(items.next().await, None);
        }
    }
}

#[test]
fn a_panic_of_the_closure_is_not_repeated() {
    let mut items = flow(stream::empty::<()>()).finally(|cause| {
        assert_eq!(cause, Cause::Cancel, "not cancelled");
    });

    let caught = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));
    assert!(caught.is_err());
    assert_eq!(items.next().now_or_never(), Some(None));
}
