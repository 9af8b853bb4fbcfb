use std::cell::RefCell;
use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::{Token, outcome};
use millpond_operators::{flow, laws};

fn checked(token: Token) -> Result<Token, Token> {
    let _id = token.value();
    token.checked()
}

laws! {
    try_for_each_async: |s| {
        let ids = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&ids);
        let body = move |token: Token| {
            let seen = Rc::clone(&seen);
            async move {
                let done = token.work().await;
                seen.borrow_mut().push(done.id());
                Ok(())
            }
        };
        outcome(s.map(checked).try_for_each_async(body)).map(move |done| (done, ids.take()))
    },
    model: |v| {
        let mut ids = Vec::new();
        let mut results = v.into_iter().map(checked);
        let done = results.try_for_each(|result| result.map(|token| ids.push(token.id())));
        vec![(done, ids)]
    },
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    try_for_each_async_that_fails: |s| {
        let body = async |token: Token| checked(token.work().await).map(drop);
        outcome(s.map(Ok).try_for_each_async(body))
    },
    model: |v| vec![v.into_iter().try_for_each(|token| checked(token).map(drop))],
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    work_goes_on_while_the_body_waits: |s| {
        let body = async |token: Token| {
            drop(token.work().await);
            Ok::<(), ()>(())
        };
        outcome(s.map_async(3, Token::work).map(Ok).try_for_each_async(body))
    },
    model: |_v| vec![Ok(())],
    look_ahead: 4,
    in_flight: 4,
}

#[tokio::test]
async fn an_err_of_a_future_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::repeat(Ok(1)).inspect(move |_| drop(Arc::clone(&held)));
    let mut done = pin!(flow(endless).try_for_each_async(async |_| Err("enough")));

    assert_eq!(done.as_mut().await, Err("enough"));
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
fn a_panic_of_a_future_passes_through_and_polled_again_the_next_item_is_seen() {
    let seen = RefCell::new(Vec::new());
    let mut done = pin!(flow(1..=3).map(Ok).try_for_each_async(async |n| {
        seen.borrow_mut().push(n);
        if n == 1 {
            resume_unwind(Box::new("no"));
        }
        Ok::<_, ()>(())
    }));
    let polled = catch_unwind(AssertUnwindSafe(|| done.as_mut().now_or_never()));

    assert!(polled.is_err());
    assert_eq!(done.as_mut().now_or_never(), Some(Ok(())));
    assert_eq!(seen.take(), [1, 2, 3]);
}

#[test]
fn a_panic_of_f_passes_through_and_polled_again_the_next_item_is_seen() {
    let mut seen = Vec::new();
    let mut done = Box::pin(flow(1..=3).map(Ok).try_for_each_async(|n| {
        seen.push(n);
        if n == 1 {
            resume_unwind(Box::new("no"));
        }
        ready(Ok::<_, ()>(()))
    }));
    let polled = catch_unwind(AssertUnwindSafe(|| done.as_mut().now_or_never()));

    assert!(polled.is_err());
    assert_eq!(done.as_mut().now_or_never(), Some(Ok(())));
    drop(done);
    assert_eq!(seen, [1, 2, 3]);
}
