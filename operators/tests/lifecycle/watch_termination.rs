use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::lifecycle::{Cause, Terminated};
use millpond_operators::{flow, laws};
use tokio::time::sleep;

laws! {
    watch_termination: |s| s.watch_termination().0,
    model: |v| v,
}

#[tokio::test]
async fn it_counts_while_the_stream_goes_on() {
    let (mut items, mut termination) = flow(stream::iter(["a", "b"])).watch_termination();

    assert_eq!((&mut termination).now_or_never(), None);
    assert_eq!((termination.items(), termination.cause()), (0, None));
    assert_eq!(items.next().await, Some("a"));
    assert_eq!((termination.items(), termination.cause()), (1, None));
    assert_eq!(items.next().await, Some("b"));
    assert_eq!(items.next().await, None);
    assert_eq!(termination.cause(), Some(Cause::End));
    let ended = Terminated {
        cause: Cause::End,
        items: 2,
    };
    assert_eq!(termination.await, ended);
}

#[tokio::test(start_paused = true)]
async fn the_task_that_waits_is_woken() {
    let (items, termination) = flow(stream::pending::<()>()).watch_termination();
    let drops = async {
        sleep(Duration::from_millis(10)).await;
        drop(items);
    };
    let cancelled = Terminated {
        cause: Cause::Cancel,
        items: 0,
    };

    assert_eq!(tokio::join!(termination, drops), (cancelled, ()));
}

#[tokio::test]
async fn a_panic_is_told_and_ends_it() {
    let strikes = flow(stream::iter([2, 1, 2])).map(|n| assert!(n > 1, "1"));
    let (mut items, termination) = strikes.watch_termination();

    assert_eq!(items.next().await, Some(()));
    let caught = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));
    assert!(caught.is_err());
    assert_eq!(items.next().await, None);
    let panicked = Terminated {
        cause: Cause::Panic,
        items: 1,
    };
    assert_eq!(termination.await, panicked);
}

#[tokio::test]
async fn an_end_is_told_even_if_the_drop_of_the_input_panics() {
    struct Strikes;

    impl Drop for Strikes {
        fn drop(&mut self) {
            panic!("while dropped");
        }
    }

    let strikes = Strikes;
    let input = stream::poll_fn(move |_| {
        let _held = &strikes;
        Poll::Ready(None::<()>)
    });
    let (mut items, termination) = flow(input).watch_termination();

    let caught = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));
    assert!(caught.is_err());
    assert_eq!(termination.cause(), Some(Cause::End));
    assert_eq!(items.next().await, None);
}

#[tokio::test]
async fn the_handle_may_be_dropped() {
    let (items, termination) = flow(stream::iter([1, 2])).watch_termination();
    drop(termination);

    assert_eq!(items.collect::<Vec<_>>().await, [1, 2]);
}
