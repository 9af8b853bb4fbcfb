use std::cell::Cell;
use std::future::{Ready, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures::FutureExt;
use millpond_operators::{Progress, laws, source};

/// Is pending once, and wakes the task at once.
async fn yielded() {
    let mut polled = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

laws! {
    unfold: |s| {
        drop(s);
        source::unfold(0, async |n| {
            yielded().await;
            (n < 5).then_some((n, n + 1))
        })
    },
    model: |_v| (0..5).collect::<Vec<u8>>(),
}

#[test]
fn while_the_output_is_blocked_the_next_item_is_made_and_held() {
    let made = Cell::new(0);
    let mut numbers = Box::pin(source::unfold((), async |()| {
        made.set(made.get() + 1);
        Some((made.get(), ()))
    }));
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..3 {
        assert!(numbers.as_mut().poll_progress(&mut cx).is_ready());
    }

    assert_eq!(made.get(), 1);
    let polled = Pin::new(&mut numbers).as_mut().next_of();
    assert_eq!(polled, Some(1));
}

trait NextOf {
    fn next_of(self) -> Option<i32>;
}

impl<S: futures::Stream<Item = i32>> NextOf for Pin<&mut S> {
    fn next_of(mut self) -> Option<i32> {
        futures::StreamExt::next(&mut self).now_or_never().flatten()
    }
}

#[tokio::test]
async fn it_ends_when_a_future_gives_none_and_stays_ended() {
    let mut left = source::unfold(2_u8, |n| {
        std::future::ready(n.checked_sub(1).map(|next| (n, next)))
    });

    assert_eq!(left.next().await, Some(2));
    assert_eq!(left.next().await, Some(1));
    assert_eq!(left.next().await, None);
    assert_eq!(left.next().await, None);
}

#[test]
fn after_a_panic_of_f_it_has_ended() {
    let mut items = source::unfold((), |()| -> Ready<Option<(u8, ())>> {
        resume_unwind(Box::new("no"))
    });
    let polled = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));

    assert!(polled.is_err());
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn after_a_panic_of_a_future_it_has_ended() {
    let mut items = Box::pin(source::unfold(1, async |n| {
        if n == 2 {
            resume_unwind(Box::new("no"));
        }
        Some((n, n + 1))
    }));
    assert_eq!(items.as_mut().next_of(), Some(1));
    let mut cx = Context::from_waker(Waker::noop());
    let polled = catch_unwind(AssertUnwindSafe(|| items.as_mut().poll_progress(&mut cx)));

    assert!(polled.is_err());
    assert!(items.as_mut().poll_progress(&mut cx).is_ready());
    assert_eq!(items.as_mut().next_of(), None);
}
