use std::cell::RefCell;
use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::Rc;

use futures::FutureExt;
use millpond_operators::testing::{Token, outcome};
use millpond_operators::{flow, laws};

laws! {
    for_each_async: |s| {
        let ids = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&ids);
        let body = move |token: Token| {
            let seen = Rc::clone(&seen);
            async move {
                let done = token.work().await;
                seen.borrow_mut().push(done.id());
            }
        };
        outcome(s.for_each_async(body)).map(move |()| ids.take())
    },
    model: |v| vec![v.iter().map(Token::id).collect()],
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    work_goes_on_while_the_body_waits: |s| {
        let body = |token: Token| async { drop(token.work().await) };
        outcome(s.map_async(3, Token::work).for_each_async(body))
    },
    model: |_v| vec![()],
    look_ahead: 4,
    in_flight: 4,
}

#[test]
fn a_panic_of_a_future_passes_through_and_polled_again_the_next_item_is_seen() {
    let seen = RefCell::new(Vec::new());
    let mut done = pin!(flow(1..=3).for_each_async(async |n| {
        seen.borrow_mut().push(n);
        if n == 1 {
            resume_unwind(Box::new("no"));
        }
    }));
    let polled = catch_unwind(AssertUnwindSafe(|| done.as_mut().now_or_never()));

    assert!(polled.is_err());
    assert_eq!(done.as_mut().now_or_never(), Some(()));
    assert_eq!(seen.take(), [1, 2, 3]);
}

#[test]
fn a_panic_of_f_passes_through_and_polled_again_the_next_item_is_seen() {
    let mut seen = Vec::new();
    let mut done = Box::pin(flow(1..=3).for_each_async(|n| {
        seen.push(n);
        if n == 1 {
            resume_unwind(Box::new("no"));
        }
        ready(())
    }));
    let polled = catch_unwind(AssertUnwindSafe(|| done.as_mut().now_or_never()));

    assert!(polled.is_err());
    assert_eq!(done.as_mut().now_or_never(), Some(()));
    drop(done);
    assert_eq!(seen, [1, 2, 3]);
}
