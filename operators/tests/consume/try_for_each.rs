use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use futures::stream::{self, StreamExt};
use millpond_operators::testing::{Token, outcome};
use millpond_operators::{flow, laws};

fn checked(token: Token) -> Result<Token, Token> {
    let _id = token.value();
    token.checked()
}

laws! {
    try_for_each: |s| {
        let ids = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&ids);
        let body = move |token: Token| {
            seen.borrow_mut().push(token.id());
            Ok(())
        };
        outcome(s.map(checked).try_for_each(body)).map(move |done| (done, ids.take()))
    },
    model: |v| {
        let mut ids = Vec::new();
        let mut results = v.into_iter().map(checked);
        let done = results.try_for_each(|result| result.map(|token| ids.push(token.id())));
        vec![(done, ids)]
    },
    // The error.
    look_ahead: 1,
}

laws! {
    try_for_each_that_fails: |s| outcome(s.map(Ok).try_for_each(|token| checked(token).map(drop))),
    model: |v| vec![v.into_iter().try_for_each(|token| checked(token).map(drop))],
    // The error.
    look_ahead: 1,
}

#[tokio::test]
async fn an_err_of_f_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::repeat(Ok(1)).inspect(move |_| drop(Arc::clone(&held)));
    let mut done = pin!(flow(endless).try_for_each(|_| Err("enough")));

    assert_eq!(done.as_mut().await, Err("enough"));
    assert_eq!(Arc::strong_count(&resource), 1);
}
