use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use futures::stream;
use millpond_operators::{Flow, Foreign, flow, laws};

laws! {
    concat_lazy: |a, b| a.concat_lazy(|| b),
    model: |a, b| a.into_iter().chain(b).collect(),
}

#[tokio::test]
async fn it_is_opened_when_the_first_has_ended() {
    let opened = Cell::new(false);
    let mut all = flow(stream::iter([1])).concat_lazy(|| {
        opened.set(true);
        flow(stream::iter([2]))
    });

    assert_eq!(all.next().await, Some(1));
    assert!(!opened.get());
    assert_eq!(all.next().await, Some(2));
    assert!(opened.get());
    assert_eq!(all.next().await, None);
}

#[test]
fn a_panic_of_open_ends_it() {
    let open = || -> Flow<Foreign<stream::Empty<u8>>> { panic!("nothing there") };
    let mut all = flow(stream::empty()).concat_lazy(open);

    let polled = catch_unwind(AssertUnwindSafe(|| all.next().now_or_never()));
    assert!(polled.is_err());
    assert_eq!(all.next().now_or_never(), Some(None));
}
