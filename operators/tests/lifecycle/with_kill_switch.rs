use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::lifecycle::KillSwitch;
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};

type Item = Result<Token, &'static str>;

laws! {
    with_kill_switch: |s| s.map(Item::Ok).with_kill_switch(&KillSwitch::default()),
    model: |v| v.into_iter().map(Ok).collect(),
}

laws! {
    with_kill_switch_of_another_task: |s| {
        let switch = KillSwitch::default();
        let thrower = switch.clone();
        s.get_ref().on_stop(move || {
            thrower.shutdown();
        });
        s.map(Item::Ok).with_kill_switch(&switch)
    },
    model: |v| v.into_iter().map(Ok).collect(),
    stops,
}

laws! {
    with_kill_switch_that_aborts: |s| {
        let switch = KillSwitch::default();
        let thrower = switch.clone();
        let count = Cell::new(0);
        s.map(Item::Ok).with_kill_switch(&switch).inspect(move |_| {
            count.set(count.get() + 1);
            if count.get() == 3 {
                thrower.abort("no fuel").unwrap();
            }
        })
    },
    model: |v| {
        let aborted = v.len() >= 3;
        let items = v.into_iter().take(3).map(Ok);
        items.chain(aborted.then_some(Err("no fuel"))).collect()
    },
    terminal: Result::is_err,
}

laws! {
    with_kill_switch_that_shuts_down: |s| {
        let switch = KillSwitch::default();
        let thrower = switch.clone();
        let throw = move |token: &Token| {
            if token.id() == 2 {
                thrower.shutdown();
            }
        };
        s.inspect(throw).map(Item::Ok).with_kill_switch(&switch)
    },
    model: |v| v.into_iter().take(3).map(Ok).collect(),
}

#[tokio::test]
async fn each_stream_gets_the_error_once() {
    let switch = KillSwitch::default();
    let mut first = flow(stream::pending::<Result<u8, _>>()).with_kill_switch(&switch);
    let mut second = first.clone();

    assert_eq!(first.next().now_or_never(), None);
    assert_eq!(switch.abort("no fuel"), Ok(()));
    for items in [&mut first, &mut second] {
        assert_eq!(items.next().await, Some(Err("no fuel")));
        assert_eq!(items.next().await, None);
    }
}

#[tokio::test]
async fn errors_of_the_input_are_items_like_any_other() {
    let items = flow(stream::iter([Ok(1), Err("odd"), Ok(3)]));
    let items = items.with_kill_switch(&KillSwitch::default());

    assert_eq!(items.collect::<Vec<_>>().await, [Ok(1), Err("odd"), Ok(3)]);
}

#[tokio::test]
async fn the_input_is_dropped_and_the_error_kept_while_the_output_is_blocked() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::repeat(Ok(1)).inspect(move |_| drop(Arc::clone(&held)));
    let switch = KillSwitch::default();
    let mut items = flow(endless).with_kill_switch(&switch);

    assert_eq!(items.next().await, Some(Ok(1)));
    assert_eq!(switch.abort("no fuel"), Ok(()));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(Pin::new(&mut items).poll_progress(&mut cx), Poll::Ready(()));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert_eq!(items.next().await, Some(Err("no fuel")));
}
