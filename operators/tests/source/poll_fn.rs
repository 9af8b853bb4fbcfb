use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use futures::FutureExt;
use millpond_operators::{Progress, laws, source};

laws! {
    poll_fn: |s| {
        drop(s);
        let mut polls = 0_u8;
        source::poll_fn(move |cx| {
            polls += 1;
            if polls % 2 == 1 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready((polls < 12).then_some(polls))
        })
    },
    model: |_v| vec![2, 4, 6, 8, 10],
}

#[test]
fn the_closure_is_dropped_when_it_has_given_none() {
    let resource = Rc::new(());
    let held = Rc::clone(&resource);
    let mut none =
        source::poll_fn(move |_cx| Poll::Ready((Rc::strong_count(&held) > 9).then_some(1)));

    assert_eq!(none.next().now_or_never(), Some(None));
    assert_eq!(Rc::strong_count(&resource), 1);
    assert_eq!(none.next().now_or_never(), Some(None));
}

#[test]
fn it_has_no_progress_to_make() {
    let mut never = source::poll_fn(|_cx| Poll::<Option<u8>>::Pending);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());

    assert!(Pin::new(&mut never).poll_progress(&mut cx).is_ready());
}
